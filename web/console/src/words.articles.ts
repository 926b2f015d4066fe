import { i18n } from "./i18n"

/** Words of the articles' screen. */
const ru = { articles: { nav: "Статьи", hint: "Что компания знает: ответы на частые вопросы своими словами. Таблица загружается в «Загрузке данных».", make: "Новая статья", title: "Заголовок", folder: "Раздел", folderHint: "По нему статьи собраны в списке; можно оставить пустым", text: "Текст", find: "Найти по заголовку или разделу", none: "Статей пока нет.", nothing: "Ничего не нашлось.", back: "Все статьи", sure: "Удалить статью?", noFolder: "Без раздела", changed: "изменена {when}" } }
const en: typeof ru = { articles: { nav: "Articles", hint: "What the company knows: answers to frequent questions in its own words. Tables come by “Data import”.", make: "New article", title: "Title", folder: "Section", folderHint: "Articles are listed by it; it may stay empty", text: "Text", find: "Find by title or section", none: "No articles yet.", nothing: "Nothing found.", back: "All articles", sure: "Delete the article?", noFolder: "No section", changed: "changed {when}" } }
i18n.global.mergeLocaleMessage("ru", ru)
i18n.global.mergeLocaleMessage("en", en)
