"""A transcript as text and as HTML: pure. Every word of a message is text, whatever it looks like."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from html import escape
from itertools import groupby
from urllib.parse import quote

from okno.access.types import Locale
from okno.exports.types import Enclosed, Line, Transcript
from okno.exports.words import LETTERS, WORDS, day_of, moment_of, size_of

RULE = "─" * 40


def head_of(transcript: Transcript) -> list[str]:
    """The sentences that stand before the first entry, the title first."""
    words, locale = WORDS[transcript.locale], transcript.locale
    head = [words["title"].format(title=transcript.title)]
    if transcript.customer:
        head.append(f"{words['customer']}: {transcript.customer}")
    head.append(words["made"].format(at=moment_of(transcript.made_at, locale), zone=transcript.zone))
    if transcript.internal:
        head.append(words["internal"])
    if transcript.parts > 1:
        head.append(words["part"].format(part=transcript.part, parts=transcript.parts))
    if not transcript.lines:
        head.append(words["empty"])
    return head


def tail_of(transcript: Transcript) -> list[str]:
    """The sentences after the last entry."""
    words, tail = WORDS[transcript.locale], []
    if transcript.cut:
        tail.append(words["cut"].format(n=transcript.cut))
    if not transcript.bundled and any(line.files for line in transcript.lines):
        until = transcript.links_until
        tail.append(words["links"].format(at=moment_of(until, transcript.locale)) if until else words["no_links"])
    return tail


def name_of(transcript: Transcript, ending: str) -> str:
    """What the file is called."""
    stem = WORDS[transcript.locale]["file_name"].format(date=f"{transcript.made_at:%Y-%m-%d}")
    part = f" ({transcript.part}-{transcript.parts})" if transcript.parts > 1 else ""
    return f"{stem}{part}.{ending}"


def signed_by(line: Line, transcript: Transcript) -> str:
    """Author and marks of an entry."""
    words = WORDS[transcript.locale]
    author = f"{line.author} ({words['note']})" if line.shape == "note" else line.author
    return f"{author} ({words['edited']})" if line.edited else author


def render_text(transcript: Transcript) -> str:
    """Plain text, UTF-8, with the time of day before every entry and the date before every day."""
    words = WORDS[transcript.locale]
    out = [*head_of(transcript), RULE]
    for day, lines in groupby(transcript.lines, key=lambda line: line.at.date()):
        out += ["", day_of(day, transcript.locale), ""]
        for line in lines:
            clock = f"[{line.at:%H:%M}]"
            if line.shape == "mark":
                out.append(f"{clock} — {line.text}")
                continue
            out.append(f"{clock} {signed_by(line, transcript)}:")
            if line.quote:
                quoted = f"{line.quote.author}: {line.quote.excerpt}" if line.quote.author else line.quote.excerpt
                out += [f"    > {piece}" for piece in quoted.split("\n")]
            if line.deleted:
                out.append(f"    ({words['deleted']})")
            out += [f"    {piece}" for piece in line.text.split("\n") if line.text]
            for file in line.files:
                size = size_of(file.size_bytes, transcript.locale)
                out.append(f"    [{words['file']}: {file.name}, {size}]{' ' if file.url else ''}{file.url}")
            if line.reactions:
                out.append("    " + "  ".join(f"{emoji} {count}" for emoji, count in line.reactions))
    tail = tail_of(transcript)
    return "\n".join([*out, *(["", RULE, *tail] if tail else []), ""])


STYLE = """:root{color-scheme:light dark;--ink:#1c1d21;--soft:#64656d;--line:#dcdad4;--paper:#fff;--in:#f3f1ec;
--out:#e8ecfb;--note:#fbf1d3}
@media (prefers-color-scheme:dark){:root{--ink:#ececee;--soft:#a3a4ab;--line:#3a3b40;
--paper:#1b1c1f;--in:#26272b;--out:#28304d;--note:#3d3518}}
@media print{:root{color-scheme:light}}
body{font:16px/1.5 system-ui,sans-serif;color:var(--ink);background:var(--paper);max-width:44rem;
margin:0 auto;padding:2rem 1rem}
h1{font-size:1.35rem;margin:0 0 .5rem}
h2{font-size:.85rem;font-weight:600;color:var(--soft);text-align:center;margin:2rem 0 1rem}
header p,footer p{margin:.15rem 0;color:var(--soft);font-size:.85rem}
header .internal{color:var(--ink);font-weight:600}
footer{border-top:1px solid var(--line);margin-top:2rem;padding-top:1rem}
article{margin:0 0 .75rem;max-width:85%;break-inside:avoid}
article.operator,article.bot{margin-left:auto}
article h3{font-size:.8rem;font-weight:600;margin:0 0 .15rem;color:var(--soft)}
article time{font-weight:400;margin-left:.4rem}
.text{white-space:pre-wrap;overflow-wrap:anywhere;background:var(--in);border-radius:.75rem;
padding:.5rem .75rem}
.operator .text,.bot .text{background:var(--out)}
.note .text{background:var(--note)}
.text>*{margin:0}
blockquote{border-left:3px solid var(--soft);margin:0 0 .35rem;padding-left:.6rem;color:var(--soft);
font-size:.9rem}
.mark{color:var(--soft);font-size:.85rem;text-align:center;margin:.75rem 0;max-width:none}
ul{list-style:none;margin:.35rem 0 0;padding:0}
.reactions{font-size:.85rem;margin:.15rem 0 0}
a{color:inherit}
i{color:var(--soft)}"""
POLICY = "default-src 'none'; style-src 'unsafe-inline'"


def render_html(transcript: Transcript) -> str:
    """One page that needs nothing else: no script, no picture, nothing fetched. Prints well."""
    head, *rest = head_of(transcript)
    internal = WORDS[transcript.locale]["internal"]
    out = [
        f'<!doctype html><html lang="{transcript.locale}"><head><meta charset="utf-8">',
        f'<meta http-equiv="Content-Security-Policy" content="{escape(POLICY)}">',
        '<meta name="viewport" content="width=device-width,initial-scale=1"><meta name="robots" content="noindex">',
        f"<title>{escape(head)}</title><style>{STYLE}</style></head><body><header><h1>{escape(head)}</h1>",
        *(f"<p{' class=internal' if line == internal else ''}>{escape(line)}</p>" for line in rest),
        "</header><main>",
    ]
    for day, lines in groupby(transcript.lines, key=lambda line: line.at.date()):
        out.append(f"<h2>{escape(day_of(day, transcript.locale))}</h2>")
        out += [_article(line, transcript) for line in lines]
    tail = tail_of(transcript)
    foot = f"<footer>{''.join(f'<p>{escape(line)}</p>' for line in tail)}</footer>" if tail else ""
    return "".join([*out, f"</main>{foot}</body></html>"])


def _article(line: Line, transcript: Transcript) -> str:
    words = WORDS[transcript.locale]
    clock = f'<time datetime="{line.at.isoformat()}">{line.at:%H:%M}</time>'
    if line.shape == "mark":
        return f'<article class="mark">{escape(line.text)}{clock}</article>'
    inner = ""
    if line.quote:
        author = f"<b>{escape(line.quote.author)}</b>\n" if line.quote.author else ""
        inner += f"<blockquote>{author}{escape(line.quote.excerpt)}</blockquote>"
    inner += f"<i>{escape(words['deleted'])}</i>" if line.deleted else escape(line.text)
    if line.files:
        inner += f"<ul>{''.join(_file(file, transcript) for file in line.files)}</ul>"
    said = "  ".join(f"{emoji} {count}" for emoji, count in line.reactions)
    reactions = f'<p class="reactions">{escape(said)}</p>' if said else ""
    note = " note" if line.shape == "note" else ""
    return (
        f'<article class="{line.side}{note}"><h3>{escape(signed_by(line, transcript))}{clock}</h3>'
        f'<div class="text">{inner}</div>{reactions}</article>'
    )


def _file(file: Enclosed, transcript: Transcript) -> str:
    name = escape(file.name)
    shown = f'<a href="{escape(file.url)}" rel="noreferrer">{name}</a>' if file.url else name
    return f"<li>📎 {shown}, {size_of(file.size_bytes, transcript.locale)}</li>"


def render_person(
    locale: Locale, at: datetime, counts: Mapping[str, int], pages: Sequence[tuple[str, str]], files: Sequence[str]
) -> str:
    """The first page of a package: what is in it, with ways to every part."""
    words = WORDS[locale]
    conversations = "".join(f'<li><a href="{escape(url)}">{escape(name)}</a></li>' for url, name in pages)
    data = "".join(
        f'<li><a href="data/{name}.json">{escape(words.get(f"part_{name}", name))}</a>: {count}</li>'
        for name, count in counts.items()
    )
    kept = "".join(f'<li><a href="{quote(name)}">{escape(name.partition("-")[2])}</a></li>' for name in files)
    head, made = escape(words["person"]), escape(words["made"].format(at=moment_of(at, locale), zone="UTC"))
    policy = f'<meta http-equiv="Content-Security-Policy" content="{escape(POLICY)}">'
    return (
        f'<!doctype html><html lang="{locale}"><head><meta charset="utf-8"><title>{head}</title>'
        f"{policy}<style>{STYLE}ul{{line-height:1.8}}</style>"
        f"</head><body><header><h1>{head}</h1><p>{made}</p>"
        f"<p>{escape(words['person_hint'])}</p></header><main><h2>{escape(words['person_conversations'])}</h2>"
        f"<ul>{conversations}</ul><h2>{escape(words['person_data'])}</h2><ul>{data}</ul>"
        f"<h2>{escape(words['person_files'])}</h2><ul>{kept}</ul></main></body></html>"
    )


def render_letter(transcript: Transcript, name: str, stop_url: str) -> tuple[str, str]:
    """Subject and text of the letter a copy goes with."""
    words = LETTERS[transcript.locale]
    values = {"title": transcript.title, "name": name, "stop": stop_url}
    return words["subject"].format(**values), words["text"].format(**values)
