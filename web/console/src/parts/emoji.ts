/** What people answer customers with; each with the words it is found by in both languages. */
const list = (text: string): [string, string][] => text.trim().split("\n").map((line) => {
  const at = line.indexOf(" ")
  return [line.slice(0, at), line.slice(at + 1)]
})
export const GROUPS: { name: "faces" | "hands" | "marks" | "things"; all: [string, string][] }[] = [
  { name: "faces", all: list(`
😊 улыбка smile рад
🙂 лёгкая slight улыбка smile
😀 смех grin весело
😄 радость joy смех laugh
😁 ухмылка beam смех
😂 слёзы tears смех laugh
🤣 хохот rofl смех
😉 подмигнул wink
😍 восторг love глаза
🥰 нежность love сердце
😘 поцелуй kiss
😎 круто cool очки
🤔 думаю think
🧐 изучаю monocle
😐 нейтрально neutral
😅 неловко sweat
😌 спокойно relieved
😔 грустно sad жаль
😢 плачу cry слеза
😭 рыдаю sob
😕 озадачен confused
😮 удивлён wow
😱 ужас scream
😡 злюсь angry
🤯 взрыв mind blown
😴 сон sleep
🤒 болею ill
🤗 объятия hug
🥳 праздник party
🤝 договорились handshake сделка`) },
  { name: "hands", all: list(`
👍 хорошо ok да like палец
👎 плохо no нет dislike
👌 отлично ok ладно
🙏 спасибо thanks прошу please
👏 браво clap аплодисменты
💪 сила strong
👋 привет hello пока wave
✌️ победа peace
🤞 удачи luck
☝️ внимание up
👉 туда right
👈 сюда left
✍️ пишу write
🫶 сердце heart руки
🙌 ура hooray`) },
  { name: "marks", all: list(`
❤️ сердце heart love
💙 синее blue сердце heart
💔 разбито broken сердце
🔥 огонь fire
⭐ звезда star
✨ блеск sparkles
🎉 праздник party ура
✅ готово done check да
☑️ отмечено checked
❌ нет no cross ошибка
❗ важно important
❓ вопрос question
⚠️ внимание warning
💯 сто hundred
🆗 ок ok
➕ плюс plus
➖ минус minus
🔔 звонок bell
🕐 время time час
⏳ ждём wait часы`) },
  { name: "things", all: list(`
📦 посылка parcel заказ box
🚚 доставка delivery
🛒 корзина cart
💳 карта card оплата pay
💰 деньги money
🧾 чек receipt
📎 скрепка clip файл file
📄 документ document
📷 фото photo camera
📞 телефон phone звонок
✉️ письмо mail почта
📅 дата date календарь
📍 место place адрес
🏠 дом home
🏢 офис office
✈️ самолёт plane рейс
🚗 машина car
💡 идея idea лампа lamp
🔧 ремонт repair
🔑 ключ key
🎁 подарок gift
☕ кофе coffee
🌸 цветок flower
☀️ солнце sun
🌧️ дождь rain
❄️ снег snow`) },
]
