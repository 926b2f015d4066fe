"""HTTP of knowledge."""

from uuid import UUID

from litestar import Router, delete, get, patch, post

from okno.access.types import Actor
from okno.kit.openapi import SIGNED_IN, problems
from okno.kit.wire import OptionalText, Wire
from okno.knowledge.api import Knowledge
from okno.knowledge.types import (
    Article,
    ArticleChange,
    ArticleLine,
    NewArticle,
    NewTemplate,
    Preview,
    Template,
    TemplateChange,
    Variable,
)


class PreviewQuery(Wire, frozen=True):
    text: OptionalText


@get("/templates", operation_id="list_templates", responses=problems(*SIGNED_IN), summary="Templates one may use")
async def list_templates(knowledge: Knowledge, actor: Actor) -> list[Template]:
    """All at once: clients search them while the operator types."""
    return await knowledge.list_templates(actor)


@post("/templates", operation_id="create_template", responses=problems(*SIGNED_IN, 409), summary="Make a template")
async def create_template(knowledge: Knowledge, actor: Actor, data: NewTemplate) -> Template:
    return await knowledge.create_template(actor, data)


@get(
    "/templates/variables",
    operation_id="list_variables",
    responses=problems(*SIGNED_IN),
    summary="What may stand in braces",
)
async def list_variables(knowledge: Knowledge, actor: Actor) -> list[Variable]:
    return await knowledge.list_variables(actor.workspace_id)


@post(
    "/templates/preview",
    operation_id="preview_template",
    status_code=200,
    responses=problems(*SIGNED_IN),
    summary="A text as an example customer gets it",
)
async def preview_template(knowledge: Knowledge, actor: Actor, data: PreviewQuery) -> Preview:
    return await knowledge.preview(actor, data.text)


@get(
    "/templates/{template_id:uuid}",
    operation_id="get_template",
    responses=problems(*SIGNED_IN, 404),
    summary="A template",
)
async def get_template(knowledge: Knowledge, actor: Actor, template_id: UUID) -> Template:
    return await knowledge.get_template(actor, template_id)


@patch(
    "/templates/{template_id:uuid}",
    operation_id="change_template",
    responses=problems(*SIGNED_IN, 404, 409),
    summary="Change a template",
)
async def change_template(knowledge: Knowledge, actor: Actor, template_id: UUID, data: TemplateChange) -> Template:
    return await knowledge.change_template(actor, template_id, data)


@delete(
    "/templates/{template_id:uuid}",
    operation_id="delete_template",
    responses=problems(*SIGNED_IN, 404),
    summary="Delete a template",
)
async def delete_template(knowledge: Knowledge, actor: Actor, template_id: UUID) -> None:
    await knowledge.delete_template(actor, template_id)


@get("/articles", operation_id="list_articles", responses=problems(*SIGNED_IN), summary="Articles by folder and title")
async def list_articles(knowledge: Knowledge, actor: Actor) -> list[ArticleLine]:
    return await knowledge.articles.list_articles(actor)


@post("/articles", operation_id="create_article", responses=problems(*SIGNED_IN, 409), summary="Write an article")
async def create_article(knowledge: Knowledge, actor: Actor, data: NewArticle) -> Article:
    return await knowledge.articles.create_article(actor, data)


@get(
    "/articles/{article_id:uuid}", operation_id="get_article", responses=problems(*SIGNED_IN, 404), summary="An article"
)
async def get_article(knowledge: Knowledge, actor: Actor, article_id: UUID) -> Article:
    return await knowledge.articles.get_article(actor, article_id)


@patch(
    "/articles/{article_id:uuid}",
    operation_id="change_article",
    responses=problems(*SIGNED_IN, 404),
    summary="Change an article",
)
async def change_article(knowledge: Knowledge, actor: Actor, article_id: UUID, data: ArticleChange) -> Article:
    return await knowledge.articles.change_article(actor, article_id, data)


@delete(
    "/articles/{article_id:uuid}",
    operation_id="delete_article",
    responses=problems(*SIGNED_IN, 404),
    summary="Delete an article",
)
async def delete_article(knowledge: Knowledge, actor: Actor, article_id: UUID) -> None:
    await knowledge.articles.delete_article(actor, article_id)


ROUTER = Router(
    "/",
    tags=["knowledge"],
    route_handlers=[
        *(list_templates, create_template, list_variables, preview_template, get_template),
        *(change_template, delete_template, list_articles, create_article, get_article, change_article),
        delete_article,
    ],
)
