import type { FilledForm, Problem, ShownField, ShownForm } from "@okno/protocol"
import { useEffect, useRef, useState } from "./lazy"
import css from "./form.css?inline"
import { keep } from "./host"
import { id as made } from "./id"
import type { Talk } from "./talk"
import { lang } from "./words"

const RU = {
  title: "Перед началом", name: "Как вас зовут?", email: "Почта", phone: "Телефон", topic: "О чём речь?", choose: "Выберите", text: "Ваш вопрос", send: "Написать", yes: "Да", optional: "необязательно",
  needed: "Заполните, пожалуйста", wrongEmail: "В адресе почты ошибка: нужен вид имя@почта.рф", wrongPhone: "В номере должно быть от 7 до 15 цифр", wrong: "Здесь что-то не так", consent: "Без согласия мы не можем принять ваши данные", lost: "Не отправлено, проверьте связь", many: "Слишком часто. Подождите минуту",
}
const EN: typeof RU = {
  title: "Before we start", name: "What is your name?", email: "E-mail", phone: "Telephone", topic: "What is it about?", choose: "Choose", text: "Your question", send: "Send", yes: "Yes", optional: "optional",
  needed: "Please fill this in", wrongEmail: "This e-mail has a mistake: it looks like name@example.com", wrongPhone: "A number has 7 to 15 digits", wrong: "Something is wrong here", consent: "We cannot take your data without your consent", lost: "Not sent, check the connection", many: "Too often. Wait a minute",
}
const sheet = new CSSStyleSheet()
sheet.replaceSync(css)
document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet]
const ADDRESS = /(https?:\/\/[^\s<>"]+[^\s<>".,;:!?)\]}'»])/

export default function Form({ talk, form }: { talk: Talk; form: ShownForm }) {
  const words = lang === "ru" ? RU : EN
  const [values, setValues] = useState<Record<string, string>>({})
  const [faults, setFaults] = useState<Record<string, string>>({})
  const [agreed, setAgreed] = useState(false)
  const [busy, setBusy] = useState(false)
  const [said, setSaid] = useState("")
  const id = useRef(made())
  const box = useRef<HTMLFormElement>(null)
  const consent = lang === "ru" ? form.consent_ru || form.consent_en : form.consent_en || form.consent_ru
  const topics = lang === "ru" ? form.topics_ru : form.topics_en
  const labelOf = (one: ShownField): string => (lang === "ru" ? one.label_ru : one.label_en) || words[one.field as "name"] || one.field
  const first = (): void => (box.current?.querySelector("[aria-invalid=true]") as HTMLElement | null)?.focus()
  useEffect(() => {
    if (talk.visible) (box.current?.querySelector("input,select,textarea") as HTMLElement | null)?.focus()
  }, [])
  useEffect(first, [faults])
  const set = (field: string) => (e: { currentTarget: { value: string } }): void => {
    setValues({ ...values, [field]: e.currentTarget.value })
    if (faults[field]) setFaults(({ [field]: _, ...rest }) => rest)
  }
  /** The same questions the server asks, so that nothing is sent in vain. */
  const look = (): Record<string, string> => {
    const found: Record<string, string> = {}
    for (const { field, required } of form.fields) {
      const text = (values[field] ?? "").trim()
      if (!text) {
        if (required) found[field] = words.needed
      } else if (field === "email" && !/^[^@\s]+@[^@\s]+\.[^@\s]+$/.test(text)) found[field] = words.wrongEmail
      else if (field === "phone" && !/^\+?\d{7,15}$/.test(text.replace(/[\s().-]/g, ""))) found[field] = words.wrongPhone
    }
    if (!(values.text ?? "").trim()) found.text = words.needed
    if (consent && !agreed) found.consent = words.consent
    return found
  }
  const submit = async (): Promise<void> => {
    const found = look()
    setFaults(found)
    setSaid("")
    if (busy || Object.keys(found).length) return
    setBusy(true)
    const of = (field: string): string => (values[field] ?? "").trim()
    const filled: FilledForm = {
      id: id.current, text: of("text"), name: of("name"), email: of("email"), phone: of("phone"), locale: lang as "ru" | "en", page: document.referrer.slice(0, 2000),
      topic: of("topic") ? Number(of("topic")) : null, consent: consent ? form.consent_version : null,
      values: Object.fromEntries(form.fields.flatMap(({ field }) => (field.includes(":") && of(field) ? [[field, of(field)]] : []))),
    }
    try {
      const response = await fetch(`/api/v1/widget/${talk.key}/form`, { method: "POST", headers: { ...talk.headers, "content-type": "application/json" }, body: JSON.stringify(filled) })
      if (response.ok) {
        if (consent) keep({ agreed: (talk.init.stored.agreed = 1) })
        return talk.identify(talk.init.person) // comes back with the conversation
      }
      const { errors } = (await response.json()) as Problem
      const field = errors?.[0]?.field as string | undefined
      if (response.status === 422 && field) setFaults({ [field]: field === "email" ? words.wrongEmail : field === "phone" ? words.wrongPhone : field === "consent" ? words.consent : words.wrong })
      else setSaid(response.status === 429 ? words.many : words.lost)
    } catch {
      setSaid(words.lost)
    }
    setBusy(false)
  }
  const control = (one: ShownField) => {
    const shared = { id: `f-${one.field}`, value: values[one.field] ?? "", required: one.required, "aria-invalid": !!faults[one.field], "aria-describedby": faults[one.field] ? `e-${one.field}` : undefined, "data-testid": `form-${one.field}` }
    const choices: [string, string][] = one.field === "topic" ? topics.map((name, n) => [String(n), name]) : one.type === "flag" ? [["true", words.yes]] : one.choices.map((name) => [name, name])
    if (choices.length)
      return (
        <select {...shared} onChange={set(one.field)}>
          <option value="">{words.choose}</option>
          {choices.map(([value, name]) => <option key={value} value={value}>{name}</option>)}
        </select>
      )
    const type = one.field === "email" ? "email" : one.field === "phone" ? "tel" : one.type === "date" ? "date" : one.type === "link" ? "url" : "text"
    return <input {...shared} type={type as "text"} inputMode={one.type === "number" ? "decimal" : undefined} maxLength={one.field === "email" ? 254 : one.field === "phone" ? 32 : 120} autocomplete={one.field === "phone" ? "tel" : one.field === "name" || one.field === "email" ? one.field : "off"} onInput={set(one.field)} />
  }
  const fault = (field: string) => faults[field] && <small class="no" id={`e-${field}`} role="alert">{faults[field]}</small>
  return (
    <section class="ask pre" aria-label={words.title} data-testid="form">
      <form class="tall" noValidate ref={box} onSubmit={(e) => { e.preventDefault(); void submit() }}>
        {form.fields.map((one) => (
          <div key={one.field}>
            <label for={`f-${one.field}`}>{labelOf(one)}{!one.required && <small> {words.optional}</small>}</label>
            {control(one)}
            {fault(one.field)}
          </div>
        ))}
        <div>
          <label for="f-text">{words.text}</label>
          <textarea id="f-text" rows={2} maxLength={10000} value={values.text ?? ""} required aria-invalid={!!faults.text} aria-describedby={faults.text ? "e-text" : undefined} data-testid="form-text" onInput={set("text")} />
          {fault("text")}
        </div>
        {consent && (
          <div>
            <label class="agree"><input type="checkbox" checked={agreed} required aria-invalid={!!faults.consent} aria-describedby={faults.consent ? "e-consent" : undefined} data-testid="form-consent" onChange={(e) => { setAgreed(e.currentTarget.checked); setFaults(({ consent: _, ...rest }) => rest) }} />
              <span>{consent.split(ADDRESS).map((part, n) => (n % 2 ? <a href={part} target="_blank" rel="noopener noreferrer">{part.replace(/^https?:\/\//, "")}</a> : part))}</span></label>
            {fault("consent")}
          </div>
        )}
        {said && <small class="no" role="alert">{said}</small>}
        <button disabled={busy} data-testid="form-send">{words.send}</button>
      </form>
    </section>
  )
}
