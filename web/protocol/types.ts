// Written by tools/protocol_types.py from the Python structs. Do not edit.

export const PROTOCOL_VERSION = 1
/** RFC 9457 body. `type` is a relative reference into the reference documentation. */
export interface Problem {
  type: string
  title: string
  status: number
  detail?: string | null
  errors?: Record<string, string>[] | null
}
/** What a message answers: any event of the same contact. `excerpt` is its text then, empty once it is deleted. */
export interface Quote {
  conversation: string
  seq: number
  excerpt?: string
  author?: string
}
/** A file in the timeline; its addresses expire and are asked for by id. A zero means: not known. */
export interface Attachment {
  id: string
  name: string
  media_type: string
  size_bytes: number
  width?: number
  height?: number
  duration_s?: number
  preview?: boolean
}
/** Everyone who answered a message with this emoji. */
export interface Reaction {
  emoji: string
  actors: string[]
}
/** Text and files both parties see. `deleted_at` set: text and attachments are gone for everybody. */
export interface Message {
  type: "message"
  text?: string
  attachments?: Attachment[]
  quote?: Quote | null
  reactions?: Reaction[]
  edited_at?: string | null
  deleted_at?: string | null
}
/** A private note of operators; the customer never sees it. `mentions` and `teams` were asked to look at it. */
export interface Note {
  type: "note"
  text?: string
  attachments?: Attachment[]
  quote?: Quote | null
  reactions?: Reaction[]
  edited_at?: string | null
  deleted_at?: string | null
  mentions?: string[]
  teams?: number[]
}
/** The actor put (`on`) or took back an emoji under the event `seq`. */
export interface Reacted {
  type: "reacted"
  seq: number
  emoji: string
  on: boolean
}
/** The text of the event `seq` was replaced; empty once that event is deleted. */
export interface Edited {
  type: "edited"
  seq: number
  text: string
}
/** Text and attachments of the event `seq` are gone for everybody, and with them every copy: edits and quotes. An open conversation that quotes it is told the event of the other conversation, too. */
export interface Deleted {
  type: "deleted"
  seq: number
}
/** An episode began: the first message, or a return after resolution. `waiting_since`: it had been closed without an answer, and the customer waits for it again since then. */
export interface Opened {
  type: "opened"
  episode: number
  waiting_since?: string | null
}
/** The episode was resolved. */
export interface Closed {
  type: "closed"
  episode: number
}
/** Given to an operator, or back to the queue (`operator` null). Names are as they were then. `reason`: empty when an operator did it by hand, else `automatic`, `offer`, `sticky`, `transfer`, `missed`, `away`, `invited`, `rule`, `call`. */
export interface Assigned {
  type: "assigned"
  operator: string | null
  operator_name?: string
  team?: number | null
  reason?: string
}
/** Labels were put or taken. */
export interface Labelled {
  type: "labelled"
  added: string[]
  removed: string[]
}
/** An attribute of the conversation got this value; empty: it was taken away. The name is as it was then. The key `$language`: an operator has said what the customer writes in. */
export interface Described {
  type: "described"
  key: string
  name: string
  value: string
}
/** Put on hold (`on`) or taken off: who has it has to find something out, no clock runs. */
export interface Held {
  type: "held"
  on: boolean
}
/** A colleague was brought in, or has left (`on` false). The name is as it was then. */
export interface Joined {
  type: "joined"
  operator: string
  operator_name: string
  on: boolean
}
/** Laid aside until a time; null: until the customer writes, who brings it back in any case. */
export interface Snoozed {
  type: "snoozed"
  until: string | null
}
/** Back in the lists: its time had come, the customer wrote, or an operator took it up. */
export interface Woken {
  type: "woken"
  cause: "customer" | "operator" | "time"
}
/** What happened to a task of this conversation. Text and name are as they were then. */
export interface TaskNoted {
  type: "task"
  task: string
  change: "added" | "changed" | "done" | "removed" | "undone"
  text: string
  assignee_name: string
  due_at: string | null
}
/** The customer is asked for a secret in a masked field. The value is never here: only `state` tells of it. */
export interface SecretAsked {
  type: "secret_asked"
  secret: string
  purpose: "card" | "code_word" | "other"
  label?: string
  state?: "asked" | "closed" | "given"
}
/** The customer filled in the field asked for by the event `seq`. */
export interface SecretGiven {
  type: "secret_given"
  seq: number
}
/** The field asked for by the event `seq` takes nothing any more, and what was in it is destroyed. */
export interface SecretClosed {
  type: "secret_closed"
  seq: number
  reason: "expired" | "withdrawn"
}
/** The customer has cleared what he sees up to `until`; the company keeps it. */
export interface HistoryCleared {
  type: "history_cleared"
  until: number
}
/** What was said up to `until` is gone for everybody: texts, files, labels of fields. That it was said stays. */
export interface Erased {
  type: "erased"
  until: number
}
/** A clock ran out before somebody answered or resolved it. `policy` is its name as it was then. */
export interface Overdue {
  type: "overdue"
  clock: "first_answer" | "next_answer" | "promise" | "resolution"
  due_at: string
  policy?: string
}
/** The customer was told until when an answer comes; `was`: an earlier promise that would not have been kept. */
export interface Promised {
  type: "promised"
  answer_by: string
  cause: "closed" | "queue"
  was?: string | null
}
/** What the customer says of an episode that ended: 1 to 5, and whether it was solved. The last word counts. `comment`: in his words, what was wrong; empty when he said nothing more. */
export interface Rated {
  type: "rated"
  episode: number
  score: number
  solved?: boolean | null
  comment?: string
}
/** Two conversations were joined, or parted again (`on` false); each has the event. `into`: this one continues in `conversation`; else that one continues here. `was` is the status of the one that continues elsewhere, as it was before. `waiting_since`: since when the customer waits in this one now. */
export interface Merged {
  type: "merged"
  conversation: string
  into: boolean
  on: boolean
  was: "closed" | "open"
  waiting_since?: string | null
}
/** Messages were split off: `off` they go from here to `conversation`, else they came from there. `seqs` are their numbers where they were said, `excerpt` how the first begins; `waiting_since` as in `merged`. */
export interface Split {
  type: "split"
  conversation: string
  off: boolean
  seqs: number[]
  excerpt?: string
  waiting_since?: string | null
}
/** A message as it was said in another conversation, `quote`, before it was split off; customers see it there. Once that is deleted, text, files and the excerpt are gone here, too. */
export interface Carried {
  type: "carried"
  quote: Quote
  said_at: string
  by: "bot" | "customer" | "operator" | "system"
  by_id: string
  text?: string
  attachments?: Attachment[]
}
/** What the customer wrote answers these words, which the widget said first. */
export interface Greeted {
  type: "greeted"
  text: string
}
/** A place in the numbering that this reader may not see; it keeps `seq` dense for him. Its actor is the system. */
export interface Hidden {
  type: "hidden"
}
/** A reference in a message on its way in; the server fills in excerpt and author. */
export interface QuoteRef {
  conversation: string
  seq: number
}
/** One row of the timeline. `seq` is dense within the conversation from 1; `id` was made by the sender. */
export interface Event {
  conversation: string
  seq: number
  id: string
  at: string
  actor: "bot" | "customer" | "operator" | "system"
  actor_id: string
  actor_name: string
  body: Message | Note | Reacted | Edited | Deleted | Opened | Closed | Assigned | Labelled | Described | Held | Joined | Snoozed | Woken | TaskNoted | SecretAsked | SecretGiven | SecretClosed | HistoryCleared | Erased | Overdue | Promised | Rated | Merged | Split | Carried | Greeted | CallbackAsked | CallbackEnded | CallBegan | CallEnded | CallRecorded | Hidden
}
/** The customer asks to be called: as soon as somebody is free, or at `due_at`. */
export interface CallbackAsked {
  type: "callback_asked"
  callback: string
  due_at: string | null
}
/** It will not be tried again: they have spoken, nobody could be reached, or the customer took it back. */
export interface CallbackEnded {
  type: "callback_ended"
  callback: string
  outcome: "cancelled" | "done" | "failed"
}
/** An operator has taken it. Of a callback: the customer is dialled now. The name is as it was then. */
export interface CallBegan {
  type: "call_began"
  call: string
  direction: "callback" | "inbound" | "outbound"
  operator: string
  operator_name: string
}
/** `talk_s`: seconds both heard each other. `operator` null: nobody had taken it. */
export interface CallEnded {
  type: "call_ended"
  call: string
  direction: "callback" | "inbound" | "outbound"
  outcome: "busy" | "cancelled" | "failed" | "gave_up" | "lost" | "no_answer" | "no_operator" | "operator_gone" | "talked"
  talk_s: number
  operator: string | null
  operator_name: string
}
/** The recording of a call can be played; `kept` false: it failed. Customers are not told. */
export interface CallRecorded {
  type: "call_recorded"
  call: string
  seconds: number
  kept: boolean
}
/** A message; text or at least one attachment. `seen` is the last number its writer, an operator, has before him: a message of anybody else after it refuses this one with the problem `stale`. Null sends it whatever was said meanwhile. */
export interface SendMessage {
  type: "message"
  text?: string
  attachments?: string[]
  quote?: QuoteRef | null
  seen?: number | null
}
/** A private note; operators only. `mentions` are operators and `teams` teams who are asked to look: they are told, and see the conversation from then on. In the text they stand as @ and the name. */
export interface SendNote {
  type: "note"
  text?: string
  attachments?: string[]
  quote?: QuoteRef | null
  mentions?: string[]
  teams?: number[]
}
/** Put or take back one emoji. */
export interface SendReaction {
  type: "reacted"
  seq: number
  emoji: string
  on: boolean
}
/** Replace the text of an own message or note. */
export interface SendEdit {
  type: "edited"
  seq: number
  text: string
}
/** Take back an own message or note; a supervisor may take back any. */
export interface SendDeletion {
  type: "deleted"
  seq: number
}
/** Until when somebody is to answer or resolve it; from `warn_at` on there is little time left. */
export interface Due {
  clock: "first_answer" | "next_answer" | "promise" | "resolution"
  at: string
  warn_at: string | null
}
/** One line of the list, and the header of a thread. `change_id` grows with every change of the row; of two copies the greater is newer. `unread` counts the customer's messages after `operator_read_seq`. `waiting_since` is the first customer message not answered yet, or when it was handed to a queue. `participants` were brought in and see it wherever it is. `snoozed`: laid aside until `snoozed_until`, or with null until the customer writes. `due` is the clock of answering that runs out first. `merged_into`: it continues in that one and stands in no list; `merged` are those that continue here. `language` (ISO 639) is what the customer writes in; empty: not known. */
export interface ConversationRow {
  id: string
  change_id: number
  contact: string
  contact_name: string
  contact_verified: boolean
  channel: string
  inbox: number
  status: "closed" | "open"
  turn: "bot" | "operator" | "queue"
  assignee: string | null
  team: number | null
  episode: number
  last_seq: number
  last_at: string
  preview: string
  preview_actor: "bot" | "customer" | "operator" | "system"
  unread: number
  waiting_since: string | null
  customer_read_seq: number
  customer_got_seq: number
  operator_read_seq: number
  labels: string[]
  held?: boolean
  participants?: string[]
  snoozed?: boolean
  snoozed_until?: string | null
  due?: Due | null
  merged_into?: string | null
  merged?: string[]
  language?: string
}
/** Exact counts of what the reader may see. `mine` and `all` count open conversations that are not laid aside. */
export interface Counters {
  mine: number
  mine_unread: number
  waiting: number
  all: number
  snoozed: number
}
/** Rows newest first; `next` is the cursor of the following page, null at the end. */
export interface ConversationPage {
  rows: ConversationRow[]
  next: string | null
}
/** Events by `seq` ascending. `more_before`/`more_after` tell whether the timeline goes on at that side. */
export interface EventPage {
  conversation: string
  events: Event[]
  more_before: boolean
  more_after: boolean
}
/** How far each party has got (device) and read, by `seq`; never goes back. */
export interface Receipt {
  conversation: string
  customer_got_seq: number
  customer_read_seq: number
  operator_read_seq: number
}
/** What the head of a thread needs to know, for the party that reads it. */
export interface Thread {
  conversation: string
  status: "closed" | "open"
  assignee: string | null
  assignee_name: string
  assignee_photo: string
  last_seq: number
}
/** The event is committed under this `seq`; sent again it gets the same answer. */
export interface Ack {
  id: string
  conversation: string
  seq: number
  at: string
}
/** What the customer writes in, as an operator says; empty: his words tell. */
export interface Language {
  language: string
}
/** Another conversation of the same customer: it continues in this one. */
export interface OtherConversation {
  conversation: string
}
/** Numbers of messages and notes of this conversation that continue in one of their own. */
export interface NewSplit {
  seqs: number[]
}
/** The whole set; what is missing is taken off. */
export interface Labels {
  labels: string[]
}
/** A message or note that was found, and where. `pieces` are an excerpt cut up at the hits: every second one is a hit, the first may be empty. `files` are names of its files in the same form, those with a hit only. */
export interface SearchHit {
  conversation: string
  seq: number
  at: string
  type: "message" | "note"
  actor: "bot" | "customer" | "operator" | "system"
  actor_id: string
  actor_name: string
  contact: string
  contact_name: string
  channel: string
  inbox: number
  status: "closed" | "open"
  assignee: string | null
  pieces: string[]
  files: string[][]
}
/** Hits, the latest first. `ignored`: words too common to look for. `too_broad`: the time did not suffice. */
export interface SearchPage {
  hits: SearchHit[]
  next: string | null
  ignored: string[]
  too_broad: boolean
}
/** `lag_s`: age of the oldest event not looked at yet. `complete` false: older messages are still being read. */
export interface SearchState {
  entries: number
  lag_s: number
  complete: boolean
}
/** Counts of episodes and their times. A time is null when there is nothing to take it from. `missed`: asked and closed without an answer. `in_goal`: answered within the goal. `handling_p50_s`: from opening to closing. */
export interface Figures {
  episodes: number
  answered: number
  missed: number
  closed: number
  in_goal: number
  answer_p50_s: number | null
  answer_p90_s: number | null
  handling_p50_s: number | null
}
/** Figures of an hour or a day that begins `at`, in the zone asked for. */
export interface Point {
  at: string
  figures: Figures
}
export interface OperatorFigures {
  operator: string | null
  name: string
  figures: Figures
}
export interface TeamFigures {
  team: number | null
  figures: Figures
}
export interface ChannelFigures {
  channel: string
  figures: Figures
}
/** Episodes opened on a weekday (1 = Monday) in an hour, over the whole period. */
export interface Load {
  day: number
  hour: number
  episodes: number
}
/** A period, and the one of the same length before it. `step`: what a point stands for. */
export interface Report {
  since: string
  until: string
  goal_s: number
  step: "day" | "hour"
  totals: Figures
  before: Figures
  points: Point[]
  points_before: Point[]
  operators: OperatorFigures[]
  teams: TeamFigures[]
  channels: ChannelFigures[]
  load: Load[]
}
/** An open conversation of an operator. */
export interface WallCell {
  conversation: string
  contact: string
  contact_name: string
  channel: string
  waiting_since: string | null
  last_at: string
}
/** `unanswered` of his open conversations wait for an answer, the first since `oldest`. `cells`: the most urgent. */
export interface OperatorNow {
  operator: string
  name: string
  open: number
  unanswered: number
  oldest: string | null
  cells: WallCell[]
}
/** Now. `waiting` belong to nobody; `expected_wait_s` is the median first answer of the last hours, null without. */
export interface Live {
  open: number
  waiting: number
  oldest: string | null
  expected_wait_s: number | null
  goal_s: number
  operators: OperatorNow[]
  today: Figures
}
/** What the first answer should take at most. */
export interface Goals {
  answer_s: number
}
export interface GoalsChange {
  answer_s: number
}
/** `watched_shown`: operators see that a supervisor looks at their conversation. */
export interface Supervision {
  watched_shown: boolean
}
/** A browser that is signed in. `seen_at` is exact to five minutes; `current`: the one that asks. */
export interface Session {
  id: string
  created_at: string
  seen_at: string
  address: string
  user_agent: string
  current: boolean
}
/** What the sign-in screen may offer: `password_reset` by e-mail; `first`: nobody can sign in yet. */
export interface SessionOptions {
  password_reset: boolean
  first: boolean
  locale: "en" | "ru"
}
export interface NewPasswordReset {
  email: string
}
/** `mail`: whether this installation sends mail at all; whether somebody has the address is not told. */
export interface PasswordReset {
  mail: boolean
}
export interface Login {
  email: string
  password: string
}
/** The signed-in operator. `csrf` goes into the header x-csrf-token of every change. */
export interface Me {
  operator: Operator
  workspace: Workspace
  permissions: string[]
  csrf: string
  secure: boolean
}
/** `disabled`: may not sign in, his conversations keep his name. */
export interface Operator {
  id: string
  email: string
  name: string
  role: "admin" | "operator" | "owner" | "supervisor"
  custom_role: number | null
  photo: string
  teams: number[]
  locale: "en" | "ru"
  theme: "auto" | "dark" | "light"
  sound: boolean
  disabled: boolean
  created_at: string
}
/** `upload_types` are media types or `image/*`; empty stands for the product's own list. */
export interface Workspace {
  id: number
  name: string
  locale: "en" | "ru"
  onboarded: boolean
  upload_bytes_max: number
  upload_types: string[]
}
export interface WorkspaceChange {
  name?: string
  locale?: "en" | "ru"
  onboarded?: boolean
  upload_bytes_max?: number
  upload_types?: string[]
}
/** The answer carries a one-time link: no password ever travels. */
export interface NewOperator {
  email: string
  name: string
  role?: "admin" | "operator" | "owner" | "supervisor"
  teams?: number[]
}
/** `custom_role` brings its own rank; null takes it away and leaves the rank. A new `role` takes it away, too. */
export interface OperatorChange {
  name?: string
  role?: "admin" | "operator" | "owner" | "supervisor"
  custom_role?: number | null
  teams?: number[]
  disabled?: boolean
}
export interface Profile {
  name?: string
  locale?: "en" | "ru"
  theme?: "auto" | "dark" | "light"
  sound?: boolean
}
export interface PasswordChange {
  current: string
  password: string
}
/** `url` is the one-time link to hand over; shown once. `mailed`: it is on its way by e-mail, too. */
export interface Invited {
  operator: Operator
  url: string
  mailed: boolean
}
/** What a one-time link is for, shown before it is used. */
export interface Link {
  purpose: "first" | "invite" | "reset"
  email: string
  name: string
}
export interface LinkUse {
  password: string
  name?: string
  email?: string
  locale?: "en" | "ru"
}
export interface Team {
  id: number
  name: string
  operators: number
}
export interface NewTeam {
  name: string
}
export interface ApiKey {
  id: string
  name: string
  role: "admin" | "operator" | "owner" | "supervisor"
  created_at: string
  last_used_at: string | null
}
export interface NewApiKey {
  name: string
  role?: "admin" | "operator" | "owner" | "supervisor"
  teams?: number[]
}
/** `secret` is shown once; only its hash is kept. */
export interface CreatedApiKey {
  key: ApiKey
  secret: string
}
/** A role of the company's own. `role` is its rank: who may give it, and to whom its holders may give what. */
export interface CustomRole {
  id: number
  name: string
  role: "admin" | "operator" | "owner" | "supervisor"
  permissions: string[]
  operators: number
}
/** Rights the giver has not cannot be given. */
export interface NewCustomRole {
  name: string
  role: "admin" | "operator" | "supervisor"
  permissions: ("api_keys" | "audit" | "block" | "contacts" | "conversations" | "delete_any" | "export" | "operators" | "owners" | "privacy" | "reports" | "reveal" | "routing" | "see_all" | "supervise" | "templates" | "visitors" | "workspace")[]
}
/** `action` is `thing.done`, or the operation of the API; `subject` what it was about. */
export interface AuditEntry {
  id: string
  at: string
  actor: "api_key" | "customer" | "operator" | "system"
  actor_id: string
  actor_name: string
  address: string
  action: string
  subject: string
  detail: string
}
/** Newest first; `next` is the cursor of the following page, null at the end. */
export interface AuditPage {
  entries: AuditEntry[]
  next: string | null
}
/** An address of a contact. Unverified ones are claims: they never open anybody's history. */
export interface Identity {
  id: string
  type: "email" | "phone" | "site"
  address: string
  verified: boolean
}
/** Another contact of the same person, shown as one with it. `merge` is the id by which it is taken back. */
export interface MergedContact {
  merge: string
  id: string
  name: string
  by: string
  at: string
}
/** Perhaps the same person: an equal address. `proven`: each has proved who he is. */
export interface Duplicate {
  id: string
  name: string
  address: string
  proven: boolean
}
/** `contact` is shown as one with the contact of the path from now on. `sure`: also when both are proven. */
export interface NewMerge {
  contact: string
  sure?: boolean
}
/** A person. `merged` are other contacts shown as one with it; `identities` are those of all of them. */
export interface Contact {
  id: string
  name: string
  verified: boolean
  comment: string
  locale: string
  identities: Identity[]
  created_at: string
  demo: boolean
  merged?: MergedContact[]
}
/** One line of a search. */
export interface ContactLine {
  id: string
  name: string
  address: string
  conversation: string | null
}
/** Who is not let in. `name` is the customer's where `type` is `contact`; `until` null: until it is undone. */
export interface Block {
  id: string
  type: "contact" | "device" | "email" | "network" | "phone"
  value: string
  name: string
  reason: string
  created_by: string
  created_at: string
  until: string | null
  lifted_at: string | null
  lifted_by: string
  active: boolean
}
/** `value`: the customer's id, an address, a number, an IP or a network (10.0.0.0/24), the id of a browser. */
export interface NewBlock {
  type: "contact" | "device" | "email" | "network" | "phone"
  value: string
  reason: string
  until?: string | null
}
export interface ContactChange {
  name?: string
  comment?: string
}
export interface NewIdentity {
  type: "email" | "phone"
  address: string
}
/** Empty texts stand for the product's own, in the visitor's language. */
export interface WidgetTexts {
  title?: string
  greeting?: string
  offline?: string
}
export interface TextsChange {
  title?: string
  greeting?: string
  offline?: string
}
/** Whom a greeting or a rule of the widget concerns: all conditions hold, of a list any; empty: whoever it is. `pages`: addresses after the host, `*` for any part. `sources`: parts of the referrer's address or of utm. `visits`: which visit of this browser. `known`: he has written before, or the site has said who he is. */
export interface When {
  pages?: string[]
  sources?: string[]
  visits_min?: number
  visits_max?: number | null
  languages?: ("en" | "ru")[]
  devices?: ("computer" | "phone")[]
  hours?: "" | "closed" | "open"
  known?: "" | "known" | "unknown"
}
/** Words the widget says first. Once `after_s` on the page have gone, so much of it is scrolled, and, with `exit`, he is about to leave. An empty text of a language stands for the other one's. `often`: once a visit, a day, or ever. */
export interface Greeting {
  id: string
  name: string
  when?: When
  on?: boolean
  after_s?: number
  scroll_percent?: number
  exit?: boolean
  often?: "day" | "once" | "visit"
  text_ru?: string
  text_en?: string
}
/** What is asked: `name`, `email`, `phone`, `topic`, or an attribute: `contact:plan`, `conversation:order`. */
export interface FormField {
  field: string
  required?: boolean
  label_ru?: string
  label_en?: string
}
/** What it is about: becomes a label of the conversation, and leads to `queue` where there is one. */
export interface Topic {
  ru: string
  en?: string
  queue?: number | null
}
/** What is asked of somebody unknown before he writes. A rule of the widget may turn it on or off on some pages. With a text of consent nothing is sent without it; what was agreed to is kept with its words and `consent_version`. */
export interface Form {
  on?: boolean
  fields?: FormField[]
  topics?: Topic[]
  consent_ru?: string
  consent_en?: string
  consent_version?: string
}
/** A field as the widget draws it. `type` and `choices` are the attribute's; `type` is `text` for the others. */
export interface ShownField {
  field: string
  required: boolean
  label_ru: string
  label_en: string
  type: string
  choices: string[]
}
/** `topics` are named by their place in the list. */
export interface ShownForm {
  on: boolean
  fields: ShownField[]
  topics_ru: string[]
  topics_en: string[]
  consent_ru: string
  consent_en: string
  consent_version: string
}
/** What the widget is where `when` holds; of several rules the first. Without any it is as the inbox says. `hidden`: not there. `button`: there, and says nothing first. `texts`: with these texts, where not empty. `form`: whether something is asked before a chat; empty: as the form says. */
export interface WidgetRule {
  id: string
  name: string
  show: "button" | "hidden" | "texts"
  when?: When
  on?: boolean
  texts_ru?: TextsChange
  texts_en?: TextsChange
  form?: "" | "off" | "on"
}
/** What the loader fetches: public, cacheable. `open` is null without a calendar (always open). `callbacks`: a customer may leave his number to be called. `look` is CSS: the colour, and of letters on it. */
export interface WidgetConfig {
  key: string
  side: "left" | "right"
  look: string
  texts_ru: WidgetTexts
  texts_en: WidgetTexts
  pages_hidden: string[]
  open: boolean | null
  opens_at: string | null
  identify: boolean
  panel: string
  idle: string
  greetings: Greeting[]
  rules: WidgetRule[]
  form: ShownForm | null
  callbacks?: boolean
}
/** One configured channel account; here: a site's widget. `identity_secret` signs customer tokens (HS256). `calendar` holds the hours of the chat; those of callbacks and calls are apart. Null: always open. */
export interface Inbox {
  id: number
  channel: string
  name: string
  key: string
  team: number | null
  side: "left" | "right"
  accent: string
  texts_ru: WidgetTexts
  texts_en: WidgetTexts
  domains: string[]
  pages_hidden: string[]
  calendar: number | null
  callback_calendar: number | null
  calls_calendar: number | null
  draft_preview: boolean
  identity_secret: string
  snippet: string
  greetings: Greeting[]
  rules: WidgetRule[]
  form: Form
}
/** A site with a widget of its own; everything else is changed afterwards. */
export interface NewInbox {
  name: string
}
export interface InboxChange {
  name?: string
  team?: number | null
  side?: "left" | "right"
  accent?: string
  texts_ru?: TextsChange
  texts_en?: TextsChange
  domains?: string[]
  pages_hidden?: string[]
  calendar?: number | null
  callback_calendar?: number | null
  calls_calendar?: number | null
  draft_preview?: boolean
  greetings?: Greeting[]
  rules?: WidgetRule[]
  form?: Form
}
/** One beacon. `visitor` is made by the browser and kept in the host page's own storage. */
export interface PageView {
  visitor: string
  visit: string
  url: string
  title?: string
  referrer?: string
  search?: string
  utm?: string
  hidden?: boolean
}
/** An event the site reports of a visit. `data` is JSON as text. */
export interface Tracking {
  visitor: string
  visit: string
  name: string
  data?: string
}
/** What the site reported: a basket, an order, a search that found nothing. */
export interface Tracked {
  name: string
  data: string
  at: string
}
export interface SeenPage {
  url: string
  title: string
  at: string
  search: string
}
/** One session on the site. `live` while its page is open; `place` from a local database where there is one. */
export interface Visit {
  id: string
  started_at: string
  seen_at: string
  live: boolean
  source: string
  ip: string
  place: string
  device: string
  pages: SeenPage[]
  tracked: Tracked[]
}
/** Open on one weekday (0 = Monday), in minutes after its midnight; over 1440 the span ends in the next day. */
export interface WeekSpan {
  day: number
  from_min: number
  to_min: number
}
/** The same for a single day. */
export interface DaySpan {
  from_min: number
  to_min: number
}
/** A day that is unlike its weekday, and goes before a public holiday; without spans it is closed. */
export interface SpecialDay {
  date: string
  name?: string
  spans?: DaySpan[]
}
/** The whole calendar. `holidays`: closed on the public holidays of a country, or of a region as `DE-BY`. */
export interface CalendarChange {
  name: string
  time_zone: string
  week: WeekSpan[]
  holidays?: string
  days?: SpecialDay[]
}
/** `open` now; `changes_at` is when that ends, null when it never does. `used`: by how many inboxes and policies. */
export interface Calendar {
  id: number
  name: string
  time_zone: string
  week: WeekSpan[]
  holidays: string
  days: SpecialDay[]
  open: boolean
  changes_at: string | null
  used: number
}
/** A public holiday; days in a row are days of their own. */
export interface Holiday {
  date: string
  name: string
}
/** A country (ISO 3166) whose holidays are known, with its regions where they differ. */
export interface HolidayRegion {
  country: string
  regions: string[]
}
/** The whole policy. It holds where all it names fits: `queue`, `label` (empty: any), at least `priority_min`. Seconds of business time by `calendar` (null: around the clock); null: this clock is not run. */
export interface PolicyChange {
  name: string
  queue?: number | null
  label?: string
  priority_min?: number
  calendar?: number | null
  first_answer_s?: number | null
  next_answer_s?: number | null
  resolution_s?: number | null
  enabled?: boolean
}
/** Ids of all policies: the first one that fits a conversation is its policy. */
export interface PolicyOrder {
  policies: number[]
}
/** `running`: clocks it runs now; `late`: those of them that have run out. */
export interface Policy {
  id: number
  name: string
  queue: number | null
  label: string
  priority_min: number
  calendar: number | null
  first_answer_s: number | null
  next_answer_s: number | null
  resolution_s: number | null
  enabled: boolean
  running: number
  late: number
}
/** A clock of a conversation. `due_at` null: paused, or without a target. */
export interface ClockState {
  clock: "first_answer" | "next_answer" | "promise" | "resolution"
  policy: string
  started_at: string
  stopped_at: string | null
  due_at: string | null
  warn_at: string | null
  breached_at: string | null
}
/** How one sort of clock has fared: `met` in time, `late` after it or still running out of time. */
export interface Attainment {
  clock: "first_answer" | "next_answer" | "promise" | "resolution"
  met: number
  late: number
}
/** What somebody who comes now is told. `ahead` wait already; `expected_s` is time in which it is open. `answer_by` set: he is offered to leave a message, and is promised an answer by then. `letters`: it can come by e-mail, too. */
export interface Wait {
  closed: boolean
  opens_at: string | null
  ahead: number
  expected_s: number
  answer_by: string | null
  letters?: boolean
}
/** How the visitor can be reached when he has left; shown to operators as claims. */
export interface LeftContact {
  name?: string
  email?: string
  phone?: string
}
export interface Promise {
  conversation: string
  answer_by: string
  cause: "closed" | "queue"
}
/** Promises of 30 days. `told`: broken ones whose customers were told before; medians of answered ones. */
export interface PromiseFigures {
  kept: number
  broken: number
  told: number
  running: number
  promised_s: number
  waited_s: number
}
/** First frame of a widget. `token` is what an earlier `welcome` gave; without one `visitor` is the id the browser's page views go by. `identity` is the site's signed JWT, `after` the last `seq` the client holds of each conversation. */
export interface VisitorHello {
  t: "visitor"
  version: number
  key: string
  token?: string | null
  visitor?: string | null
  identity?: string | null
  name?: string
  email?: string
  locale?: string
  after?: Record<string, number>
}
/** First frame of a console; the session cookie came with the upgrade, else `key` is an API key. */
export interface OperatorHello {
  t: "operator"
  version: number
  key?: string | null
}
/** Subscribe to a thread. `after` is the last `seq` the client holds; null asks for the latest page. */
export interface Open {
  t: "open"
  conversation: string
  after?: number | null
}
/** Unsubscribe from a thread. */
export interface Close {
  t: "close"
  conversation: string
}
/** Subscribe to the list (operators). `cursor` is what the last `rows` gave; null asks for a snapshot of the tab. */
export interface List {
  t: "list"
  cursor?: number | null
}
/** Append an event. `conversation` null (visitors): the contact's open one, made when there is none. */
export interface SendFrame {
  t: "send"
  id: string
  body: SendMessage | SendNote | SendReaction | SendEdit | SendDeletion
  conversation?: string | null
}
/** Ask for the events `after < seq <= until` again: the client saw a gap. */
export interface Repair {
  t: "repair"
  conversation: string
  after: number
  until: number
}
/** Everything up to `seq` is on the reader's screen (`read`) or device (`got`). */
export interface Read {
  t: "read"
  conversation: string
  seq: number
  got?: boolean
}
/** The party is writing; an empty `draft` with `on` false ends it. A visitor's draft reaches operators only, an operator's those who watch him. */
export interface Typing {
  t: "typing"
  conversation: string
  on: boolean
  draft?: string
}
/** An operator has this conversation before his eyes, and no other; null: none. Colleagues are told. */
export interface Look {
  t: "look"
  conversation?: string | null
}
/** A supervisor looks over the shoulder of whoever has this conversation: drafts come as they are typed. Null: ends. Needs the right `supervise`. */
export interface Watch {
  t: "watch"
  conversation?: string | null
}
/** An operator looks at who is on the site (`on`), or no more. Places are named in `locale`. Needs the right `visitors`. */
export interface Visitors {
  t: "visitors"
  on: boolean
  locale?: "en" | "ru"
}
/** Words for the operator who has the conversation, of a supervisor. `propose`: as wording for his reply. Not stored: refused with 404 when no console of his is connected. */
export interface Whisper {
  t: "whisper"
  id: string
  conversation: string
  text: string
  propose?: boolean
}
/** What the operator did with it; its author is told. */
export interface WhisperAnswer {
  t: "whisper_answer"
  id: string
  conversation: string
  to: string
  fate: "declined" | "edited" | "seen" | "sent"
}
/** Beat of the client; `pong` comes back at once. */
export interface Ping {
  t: "ping"
  n?: number
}
/** `token` replaces the one the client holds; `conversation` is where a message would go, null before the first. */
export interface VisitorWelcome {
  t: "visitor"
  version: number
  token: string
  visitor: string
  contact: string | null
  name: string
  conversation: string | null
  conversations: string[]
  verified: boolean
  draft_preview: boolean
  beat_visible_s: number
  beat_hidden_s: number
}
export interface OperatorWelcome {
  t: "operator"
  version: number
  operator: string
  name: string
  beat_visible_s: number
  beat_hidden_s: number
}
/** The answer to `open`: state and the events after the client's cursor, or the latest page. `reset` true: the client's cursor was too old or null, these events replace what it holds; older ones come by REST. */
export interface Snapshot {
  t: "snapshot"
  thread: Thread
  receipt: Receipt
  events: Event[]
  reset: boolean
  more_before: boolean
}
/** One batch: new events of open threads, and acks of this connection's own sends. A connection gets no event for its own send, the ack carries what it does not know yet; unless the text was masked: then the event stands for what was sent. */
export interface Events {
  t: "events"
  events?: Event[]
  acks?: Ack[]
}
/** The answer to `repair`; at most REPAIR_EVENTS_MAX, ask again for the rest. */
export interface Repaired {
  t: "repaired"
  conversation: string
  events: Event[]
}
/** A frame was not accepted; `id` names the send it belongs to. `retry`: nothing is wrong with it, send it again. */
export interface Refused {
  t: "refused"
  problem: Problem
  id?: string | null
  retry?: boolean
}
export interface ReceiptFrame {
  t: "receipt"
  receipt: Receipt
}
/** The head of an open thread has changed; a customer's new conversation is announced by it, too. */
export interface ThreadFrame {
  t: "thread"
  thread: Thread
}
export interface TypingFrame {
  t: "typing"
  conversation: string
  actor: "bot" | "customer" | "operator" | "system"
  actor_id: string
  name: string
  on: boolean
  draft?: string
}
/** Who looks at a conversation, and who of them writes. */
export interface Here {
  conversation: string
  looking: string[]
  writing: string[]
}
/** Operators at conversations of the list that have come, gone, begun to write or stopped: all who are there now. */
export interface Presence {
  t: "presence"
  here: Here[]
}
/** Something waits for this operator; told to his own connections only. `alert` null: only the count has changed. */
export interface AlertFrame {
  t: "alert"
  unread: number
  alert?: Alert | null
  sound?: boolean
}
/** One line of an operator's notifications. `name` and `text` are of the conversation as it is now. Both are empty when the operator may not see the conversation any more. `times`: so often since it was last read. */
export interface Alert {
  id: string
  alert_class: "assigned" | "calls_stopped" | "mention" | "message" | "missed" | "offer" | "promise" | "queue" | "sla_breach" | "sla_warning" | "snooze" | "task"
  conversation: string | null
  name: string
  text: string
  detail: string
  times: number
  at: string
  read: boolean
}
/** Changed rows of the list and exact counters; `gone` are rows this reader may no longer see. `reset` true: the changes were too many; the client drops its list and reads its tab again from `cursor` on. */
export interface Rows {
  t: "rows"
  rows: ConversationRow[]
  cursor: number
  counters?: Counters | null
  gone?: string[]
  reset?: boolean
}
/** Visitors who came or changed, the ids of those who are `gone`, and how many there are in all. `reset` true: these are all who are shown, the newest VISITORS_SHOWN_MAX. */
export interface VisitorsFrame {
  t: "visitors"
  visitors: OnlineVisitor[]
  total: number
  gone?: string[]
  reset?: boolean
}
/** A browser on the site now. `name` and `contact` where the person is known; `place` from a local database. `page_at`: since when the page is looked at; `started_at`: the visit. `in_chat`: a conversation is open; `conversation` and `assignee` of it where the reader may see it. `invited`: what became of the latest invitation. */
export interface OnlineVisitor {
  visitor: string
  visit: string
  inbox: number
  contact: string | null
  name: string
  verified: boolean
  url: string
  title: string
  page_at: string
  started_at: string
  pages: number
  visits: number
  source: string
  place: string
  device: string
  in_chat: boolean
  conversation: string | null
  assignee: string | null
  invited: "accepted" | "dismissed" | "sent" | "shown" | null
}
/** One's own desk (operators), after the hello and whenever it changes: state, load, offers. */
export interface DeskFrame {
  t: "desk"
  desk: Desk
}
/** How an operator is at work: what he says of himself, his load and what he is asked to take. A break whose `reason` is `idle` or `missed` began by itself. `idle_s`: after so long without input (0: never). */
export interface Desk {
  state: "break" | "busy" | "offline" | "online"
  reason: string
  since: string
  takes_chats: boolean
  takes_calls: boolean
  load_percent: number
  limit_percent: number
  duty: "extra" | "free" | "off" | "on"
  duty_until: string | null
  idle_s: number
  offers: Offer[]
}
/** An operator is asked to take a conversation until `expires_at`. */
export interface Offer {
  id: string
  conversation: string
  contact: string
  contact_name: string
  channel: string
  preview: string
  queue: string
  waiting_since: string
  offered_at: string
  expires_at: string
  why: Why
}
/** Why this operator got it: facts, from which a screen makes a sentence. `load_before_percent` of `limit_percent`; `free` is how many fitting operators had room; `level` of `skill`; `rule` is the name of the rule that sent it this way. */
export interface Why {
  how: "automatic" | "offer" | "sticky" | "taken" | "transfer"
  queue?: string
  waited_s?: number
  priority?: number
  load_before_percent?: number
  limit_percent?: number
  idle_s?: number
  free?: number
  skill?: string
  level?: number
  language?: string
  by?: string
  rule?: string
}
/** A call has changed: told to whom it rings, who speaks, and who was rung and is to stop showing it (operators). */
export interface CallFrame {
  t: "call"
  call: Call
}
/** A call as operators see it. `number` is empty where the customer's was not told, or is erased. `operator` is who speaks: in `dialling` he waits for the customer. `held`: the customer hears music. `recording` is `wanted` while it will be recorded from when both speak. `rung`: whose telephones ring. */
export interface Call {
  id: string
  direction: "callback" | "inbound" | "outbound"
  phase: "dialling" | "ended" | "ringing" | "talking" | "waiting"
  conversation: string
  contact: string
  contact_name: string
  number: string
  operator: string | null
  operator_name: string
  held: boolean
  began_at: string
  talked_at: string | null
  ended_at: string | null
  outcome: "busy" | "cancelled" | "failed" | "gave_up" | "lost" | "no_answer" | "no_operator" | "operator_gone" | "talked" | null
  recording?: "failed" | "off" | "on" | "paused" | "wanted"
  rung?: string[]
}
/** A customer's place in the queue, from 1, and the seconds he is expected to wait; 0: he waits there no more. */
export interface PlaceFrame {
  t: "place"
  conversation: string
  place: number
  expected_s?: number
}
/** Somebody watches a conversation one has (operators): drafts are wanted. `names` is empty where hidden. */
export interface WatchedFrame {
  t: "watched"
  conversation: string
  on: boolean
  names?: string[]
}
/** A supervisor's words, for this operator alone. */
export interface WhisperFrame {
  t: "whisper"
  id: string
  conversation: string
  by: string
  name: string
  text: string
  propose?: boolean
}
/** What became of one's own whisper. */
export interface WhisperDone {
  t: "whisper_done"
  id: string
  conversation: string
  name: string
  fate: "declined" | "edited" | "seen" | "sent"
}
export interface Pong {
  t: "pong"
  n: number
}
/** The server closes next. `resume`: connect again at once; `signed-out`: the right to be here has ended. */
export interface Bye {
  t: "bye"
  reason: "blocked" | "resume" | "signed-out" | "version"
}
/** A definition. `key` is its name in templates and in the API, and never changes; `place` orders the card. */
export interface Attribute {
  id: number
  subject: "contact" | "conversation"
  key: string
  name: string
  type: "choice" | "date" | "flag" | "link" | "number" | "text"
  choices: string[]
  place: number
}
export interface NewAttribute {
  subject: "contact" | "conversation"
  key: string
  name: string
  type: "choice" | "date" | "flag" | "link" | "number" | "text"
  choices?: string[]
  place?: number
}
/** A type stays what it is: values were checked by it. */
export interface AttributeChange {
  name?: string
  choices?: string[]
  place?: number
}
/** `value` is canonical text: `12.5`, `2026-11-25`, `true`; what is not set is left out. */
export interface AttributeValue {
  key: string
  value: string
}
/** Empty takes the value away. */
export interface ValueChange {
  value: string
}
/** A file that goes with the text. */
export interface TemplateFile {
  id: string
  name: string
  media_type: string
  size_bytes: number
}
/** `text` with its variables as they were written. `uses` counts everybody's, `own_uses` the reader's. `editable`: the reader may change it. `unknown` are variables that nothing fills any more, because an attribute was deleted. */
export interface Template {
  id: string
  scope: "everybody" | "personal" | "team"
  team: number | null
  folder: string
  name: string
  shortcut: string
  text: string
  files: TemplateFile[]
  uses: number
  own_uses: number
  editable: boolean
  unknown: string[]
  changed_at: string
}
/** `files` were uploaded by the same operator; `team` only with the scope `team`. */
export interface NewTemplate {
  name: string
  text: string
  scope?: "everybody" | "personal" | "team"
  team?: number | null
  folder?: string
  shortcut?: string
  files?: string[]
}
/** `files` is the whole set; those that are missing are let go. */
export interface TemplateChange {
  name?: string
  text?: string
  scope?: "everybody" | "personal" | "team"
  team?: number | null
  folder?: string
  shortcut?: string
  files?: string[]
}
/** One line of the list. */
export interface ArticleLine {
  id: string
  folder: string
  title: string
  changed_at: string
}
/** What the company knows on one matter, as plain text. */
export interface Article {
  id: string
  folder: string
  title: string
  text: string
  changed_at: string
}
export interface NewArticle {
  title: string
  text: string
  folder?: string
}
export interface ArticleChange {
  title?: string
  text?: string
  folder?: string
}
/** What may stand in `{{…}}`. `label` is the name of an attribute, empty for what every company has. */
export interface Variable {
  name: string
  label: string
}
/** A text filled with the example values of the settings page. */
export interface Preview {
  text: string
  missing: string[]
  unknown: string[]
}
/** A template for one conversation. What nothing is known of stays in its braces and is named in `missing`. `files` are copies that belong to the operator: their ids go into the message. */
export interface Filled {
  text: string
  missing: string[]
  files: Attachment[]
}
/** A label that has a colour: 0 to 5, the tints of the console. */
export interface LabelColour {
  label: string
  colour: number
}
/** A label in use, or with a colour; `conversations` are all of the workspace. */
export interface LabelLine {
  label: string
  colour: number | null
  conversations: number
}
/** `name` of another label in use needs `merge`: both become one, which cannot be taken back. */
export interface LabelChange {
  name?: string
  colour?: number | null
  merge?: boolean
}
/** Send a template, filled; when something is missing the macro does nothing at all. */
export interface ReplyAct {
  type: "reply"
  template: string
}
/** Leave a note; variables are filled. */
export interface NoteAct {
  type: "note"
  text: string
}
export interface LabelAct {
  type: "label"
  add?: string[]
  remove?: string[]
}
/** To whoever runs the macro, back to the queue, or to `operator`. */
export interface AssignAct {
  type: "assign"
  to: "me" | "operator" | "queue"
  operator?: string | null
}
export interface CloseAct {
  type: "close"
}
/** Acts that are done in this order, in one go. `digit` is its key in the menu of macros. */
export interface Macro {
  id: string
  scope: "everybody" | "personal" | "team"
  team: number | null
  name: string
  digit: number | null
  acts: (ReplyAct | NoteAct | LabelAct | AssignAct | CloseAct)[]
  editable: boolean
  changed_at: string
}
export interface NewMacro {
  name: string
  acts: (ReplyAct | NoteAct | LabelAct | AssignAct | CloseAct)[]
  scope?: "everybody" | "personal" | "team"
  team?: number | null
  digit?: number | null
}
export interface MacroChange {
  name?: string
  acts?: (ReplyAct | NoteAct | LabelAct | AssignAct | CloseAct)[]
  scope?: "everybody" | "personal" | "team"
  team?: number | null
  digit?: number | null
}
/** `id` is made by the client: the same run asked for again sends nothing twice. */
export interface MacroRun {
  id: string
}
/** How the conversation was: what an undo puts back. */
export interface Before {
  status: "closed" | "open"
  assignee: string | null
  labels: string[]
}
/** `sent`: a reply went to the customer, which no undo takes back. */
export interface MacroDone {
  row: ConversationRow
  before: Before
  sent: boolean
}
/** `key` is what `pushManager.subscribe` takes as applicationServerKey. */
export interface PushOptions {
  key: string
}
/** What the browser answered to `subscribe`: its address at the push service, and its keys in base64url. */
export interface NewPush {
  endpoint: string
  p256dh: string
  auth: string
  locale?: "en" | "ru"
}
export interface PushEnd {
  endpoint: string
}
/** What the customer's browser says; `email` is a claim until a link sent there was opened. */
export interface ReachChange {
  locale?: "en" | "ru"
  time_zone?: string
  email?: string
}
/** How the customer is told: `email` masked; `letters`: mail is set up; `pushes`: so many browsers take them. */
export interface Reach {
  email: string
  letters: boolean
  pushes: number
  push_key: string
}
export interface LetterToken {
  token: string
}
/** `token` lets a widget with this `key` in; `conversation` is what the letter was about. */
export interface LetterOpened {
  key: string
  token: string
  conversation: string
}
/** When customers are told of what they have not seen. Quiet hours are those of the customer's own time zone. */
export interface NoticeSettings {
  push?: boolean
  push_after_s?: number
  email?: boolean
  email_after_s?: number
  quiet?: boolean
  quiet_from_min?: number
  quiet_to_min?: number
}
export interface NoticeSettingsChange {
  push?: boolean
  push_after_s?: number
  email?: boolean
  email_after_s?: number
  quiet?: boolean
  quiet_from_min?: number
  quiet_to_min?: number
}
/** Newest first; `next` is the cursor of the following page, null at the end. */
export interface AlertPage {
  alerts: Alert[]
  unread: number
  next: string | null
}
/** `ids` null: all of them; with `conversation`: whatever is about it. */
export interface AlertsRead {
  ids?: string[] | null
  conversation?: string | null
}
export interface AlertCount {
  unread: number
}
/** By which ways one class reaches the operator. E-mail goes when it is still unread after a while. */
export interface AlertSetting {
  alert_class: "assigned" | "calls_stopped" | "mention" | "message" | "missed" | "offer" | "promise" | "queue" | "sla_breach" | "sla_warning" | "snooze" | "task"
  app: boolean
  push: boolean
  email: boolean
  sound: boolean
}
/** `quiet_until`: do not disturb until then, only the list and its count change. `letters`: mail is set up here. */
export interface AlertSettings {
  classes: AlertSetting[]
  quiet_until: string | null
  push_key: string
  browsers: number
  letters: boolean
}
export interface AlertSettingChange {
  alert_class: "assigned" | "calls_stopped" | "mention" | "message" | "missed" | "offer" | "promise" | "queue" | "sla_breach" | "sla_warning" | "snooze" | "task"
  app: boolean
  push: boolean
  email: boolean
  sound: boolean
}
/** Classes that are not named stay as they are. */
export interface AlertSettingsChange {
  classes?: AlertSettingChange[]
  quiet_until?: string | null
}
/** `endpoint`: the asking browser's own, so that its push is told apart; empty when it takes none. */
export interface SelfTest {
  endpoint?: string
}
/** `ok` null: this way is not set up. `said` is the other side's own word. */
export interface SelfTestStep {
  way: "app" | "email" | "push"
  ok: boolean | null
  said: string
}
export interface SelfTestResult {
  steps: SelfTestStep[]
}
/** What customers may take with them; operators always may. */
export interface TranscriptSettings {
  download?: boolean
  email?: boolean
}
export interface TranscriptSettingsChange {
  download?: boolean
  email?: boolean
}
/** What this customer is offered. `address`: where a copy goes, with most of it hidden; empty when nowhere. */
export interface TranscriptOptions {
  download: boolean
  email: boolean
  address: string
}
/** A copy by e-mail, to an address of the customer: `identity` is its id. */
export interface TranscriptLetter {
  identity: string
  format?: "html" | "pdf" | "txt"
  locale?: "en" | "ru" | null
  time_zone?: string
}
/** The same for a customer: it goes to the address he is written to, and nowhere else. */
export interface OwnTranscriptLetter {
  format?: "html" | "pdf" | "txt"
  locale?: "en" | "ru"
  time_zone?: string
}
/** The copy is on its way to this address, most of which is hidden. */
export interface LetterQueued {
  address: string
}
/** A package with everything kept of a person. `done` of `total` conversations and files are packed. */
export interface PersonExport {
  id: string
  status: "deleted" | "failed" | "ready" | "running" | "waiting"
  asked_by: string
  asked_at: string
  made_at: string | null
  done: number
  total: number
  size_bytes: number
  expires_at: string
}
/** `score` null: the question was shown, or with `skipped` put away. Said again, the last word counts. `comment`: what was wrong, in the customer's words. */
export interface NewRating {
  conversation: string
  episode: number
  score?: number | null
  solved?: boolean | null
  skipped?: boolean
  comment?: string
}
/** One rated episode. `operator`: who had the conversation when it was closed, else who closed it. */
export interface Rating {
  conversation: string
  episode: number
  contact: string
  contact_name: string
  operator: string | null
  score: number
  solved: boolean | null
  comment: string
  closed_at: string
  rated_at: string
}
/** The latest first; `next` is the cursor of the following page, null at the end. */
export interface RatingPage {
  ratings: Rating[]
  next: string | null
}
/** Of episodes closed in the time asked for. `scores` counts 1 to 5; `average` is null while nobody has rated. `response_percent` is of all that were closed, asked or not: what was never asked is not left out. */
export interface RatingFigures {
  operator: string | null
  closed: number
  asked: number
  rated: number
  skipped: number
  solved: number
  unsolved: number
  scores: number[]
  average: number | null
  response_percent: number
}
/** All that the reader may see, and by operator. */
export interface RatingSummary {
  all: RatingFigures
  operators: RatingFigures[]
}
/** What an operator says to a visitor first. */
export interface InvitationShown {
  id: string
  text: string
  name: string
  photo: string
}
/** When the page tells again that it is looked at, in seconds, and what it is to show. */
export interface BeatAnswer {
  again_s: number
  invitation?: InvitationShown | null
}
/** `id` is the client's: sent again, it is the same invitation. */
export interface NewInvitation {
  id: string
  text: string
}
/** `conversation` once it was accepted. */
export interface Invitation {
  id: string
  visitor: string
  operator: string
  text: string
  created_at: string
  state: "accepted" | "dismissed" | "sent" | "shown"
  conversation: string | null
}
/** What a page tells of an invitation or a greeting it has shown. */
export interface Fate {
  visitor: string
  what: "greeting" | "invitation"
  id: string
  fate: "dismissed" | "opened" | "shown"
}
export interface Accepted {
  conversation: string
}
/** The form before a chat with the message it begins; `id` is the message's, sent again it is the same. `topic` is the place in the list, `values` those of attributes by field, `consent` the version that was agreed to. */
export interface FilledForm {
  id: string
  text: string
  name?: string
  email?: string
  phone?: string
  topic?: number | null
  values?: Record<string, string>
  consent?: string | null
  locale?: "en" | "ru"
  page?: string
}
/** What a person agreed to, in the words he read. `source`: the page; `withdrawn_by`: who took it back, and when. */
export interface Consent {
  id: string
  purpose: "personal_data"
  version: string
  wording: string
  source: string
  given_at: string
  withdrawn_at: string | null
  withdrawn_by: string
}
export interface GreetingFigures {
  greeting: string
  shown: number
  opened: number
  answered: number
  dismissed: number
}
/** Of the last FIGURES_DAYS. `sent` and the rest are invitations by operators. */
export interface WelcomeFigures {
  greetings: GreetingFigures[]
  sent: number
  shown: number
  accepted: number
  dismissed: number
}
/** Ask the customer of a conversation for something nobody but permitted operators may read. */
export interface NewSecret {
  purpose: "card" | "code_word" | "other"
  label?: string
}
/** What the customer has put into the masked field. */
export interface SecretValue {
  value: string
}
/** The event that asks stands under `seq`; the value is destroyed at `expires_at`. */
export interface AskedSecret {
  id: string
  conversation: string
  seq: number
  expires_at: string
}
/** Shown to one operator for a moment, and written into the audit log. */
export interface RevealedSecret {
  value: string
  given_at: string
  expires_at: string
}
/** Why nothing of a person may be erased. */
export interface Hold {
  reason: string
  created_by: string
  created_at: string
}
/** What has been decided on a person's data. */
export interface PersonState {
  contact: string
  erased_at: string | null
  hold: Hold | null
}
export interface NewHold {
  reason: string
}
/** Conversations of an inbox, of a label, of both, or all, are erased so many days after they were closed. */
export interface NewRetention {
  days: number
  inbox?: number | null
  label?: string
  enabled?: boolean
}
/** A policy, when it was last run and how many conversations it has erased. */
export interface Retention {
  id: number
  inbox: number | null
  label: string
  days: number
  enabled: boolean
  run_at: string | null
  erased: number
}
/** What a policy would do now: conversations it would erase, and those a legal hold keeps. */
export interface RetentionRun {
  due: number
  held: number
  oldest: string | null
}
/** `secret_hours`: so long a value of a masked field is kept; `audit_days`: so long an entry of the log. */
export interface PrivacySettings {
  secret_hours: number
  audit_days: number
}
export interface PrivacySettingsChange {
  secret_hours: number
  audit_days: number
}
/** What some operators can do and others cannot; levels go from 1 to 5. */
export interface Skill {
  id: number
  name: string
  operators: number
}
export interface NewSkill {
  name: string
}
/** Where conversations wait for an operator. `mode`: `automatic` gives them out, `offer` asks one operator after the other, `pull` lets operators take them. `team` null: every operator serves it. `inboxes` come here; others by their team, the rest to the default queue. Of one conversation `chat_use`, `call_use` and `mail_use` percent of a chat count against an operator's capacity. Unanswered for `answer_s` (0: never) a conversation is taken back, to its place. `sticky`: `loose` gives a customer the operator of the last `sticky_hours` if he is free, `strict` also waits `sticky_wait_s` for him while he is busy. */
export interface Queue {
  id: number
  name: string
  mode: "automatic" | "offer" | "pull"
  is_default: boolean
  team: number | null
  inboxes: number[]
  priority: number
  skill: number | null
  skill_level: number
  language: string
  accept_s: number
  answer_s: number
  sticky: "loose" | "off" | "strict"
  sticky_hours: number
  sticky_wait_s: number
  chat_use: number
  call_use: number
  mail_use: number
}
export interface QueueChange {
  name?: string
  mode?: "automatic" | "offer" | "pull"
  team?: number | null
  inboxes?: number[]
  priority?: number
  skill?: number | null
  skill_level?: number
  language?: string
  accept_s?: number
  answer_s?: number
  sticky?: "loose" | "off" | "strict"
  sticky_hours?: number
  sticky_wait_s?: number
  chat_use?: number
  call_use?: number
  mail_use?: number
}
/** What is not given here is changed afterwards. */
export interface NewQueue {
  name: string
  mode?: "automatic" | "offer" | "pull"
  team?: number | null
  inboxes?: number[]
}
export interface OperatorSkill {
  skill: number
  level: number
}
/** Hours of work on one weekday (0 = Monday), minutes from midnight; over 1440 they end in the next day. */
export interface Shift {
  day: number
  from_min: number
  to_min: number
}
/** What an operator can take, and how he is now. `here`: some console of his is connected. `load_percent` of one chat; `specialist`: gets only what asks for one of his skills, and transfers. `shifts` and `days` (unlike their weekday; without spans: off) are in `time_zone`; `duty_until` is when `duty` ends. */
export interface Seat {
  operator: string
  state: "break" | "busy" | "offline" | "online"
  reason: string
  since: string
  here: boolean
  takes_chats: boolean
  takes_calls: boolean
  chats_max: number
  load_percent: number
  languages: string[]
  specialist: boolean
  skills: OperatorSkill[]
  shifts: Shift[]
  days: SpecialDay[]
  time_zone: string
  duty: "extra" | "free" | "off" | "on"
  duty_until: string | null
}
/** By somebody with the right to: an operator's settings, and his state. */
export interface SeatChange {
  state?: "break" | "busy" | "offline" | "online"
  chats_max?: number
  languages?: string[]
  specialist?: boolean
  skills?: OperatorSkill[]
  shifts?: Shift[]
  days?: SpecialDay[]
  time_zone?: string
}
/** `break_reasons` empty stands for the console's own words. Away by itself: without input for `idle_s`, after `misses_max` offers in a row that ran out; 0 means never. */
export interface RoutingSettings {
  break_reasons: string[]
  idle_s: number
  misses_max: number
}
export interface RoutingSettingsChange {
  break_reasons?: string[]
  idle_s?: number
  misses_max?: number
}
/** One's own. `reason` is of a break; `work_on`: takes conversations outside the shift. */
export interface DeskChange {
  state?: "break" | "busy" | "offline" | "online"
  reason?: string
  takes_chats?: boolean
  takes_calls?: boolean
  work_on?: boolean
}
/** Where a conversation waits: the how manieth of its queue, and since when. */
export interface Place {
  queue: number
  queue_name: string
  position: number
  entered_at: string
  skill: number | null
  language: string
}
/** Routing's view of a conversation: where it waits, or who has it and why. */
export interface Whereabouts {
  conversation: string
  place: Place | null
  operator: string | null
  assigned_at: string | null
  answer_by: string | null
  why: Why | null
}
/** A queue as it is now. `free_percent` is the room of those who serve it and are there, of one chat. */
export interface Line {
  queue: number
  name: string
  waiting: number
  oldest_at: string | null
  operators: number
  free_percent: number
}
/** To one operator, a team, a queue or whoever has a skill: exactly one. `note` is for colleagues only. */
export interface Transfer {
  operator?: string
  team?: number
  queue?: number
  skill?: number
  note?: string
}
/** Bring a colleague in and ask him; the customer sees none of it. */
export interface Consultation {
  operator: string
  question: string
}
/** What a column may be. `label` is the name of an attribute, empty for what every company has. */
export interface ImportTarget {
  name: string
  label: string
  required: boolean
}
/** What would become of the first `checked` lines. */
export interface Foreseen {
  checked: number
  fresh: number
  known: number
  faulty: number
  problem: string
}
/** `columns` are the words of the first line; `sample` the lines after it, as they are read now. `targets` says of each column what it is, empty what is left out. `kept`: an undo left them, because somebody works with them already. */
export interface Import {
  id: string
  kind: "articles" | "contacts" | "templates"
  status: "done" | "draft" | "running" | "undoing" | "undone"
  name: string
  encoding: string
  delimiter: string
  header: boolean
  columns: string[]
  targets: string[]
  possible: ImportTarget[]
  known: "skip" | "update"
  sample: string[][]
  foreseen: Foreseen | null
  rows: number
  done_rows: number
  created: number
  updated: number
  skipped: number
  faulty: number
  kept: number
  created_at: string
}
/** One import of the list. */
export interface ImportLine {
  id: string
  kind: "articles" | "contacts" | "templates"
  status: "done" | "draft" | "running" | "undoing" | "undone"
  name: string
  rows: number
  done_rows: number
  created: number
  updated: number
  skipped: number
  faulty: number
  kept: number
  created_at: string
}
/** Read it otherwise, while it is a draft. */
export interface ImportChange {
  encoding?: "cp866" | "koi8-r" | "utf-16" | "utf-8" | "windows-1251"
  delimiter?: "	" | "," | ";" | "|"
  header?: boolean
  targets?: string[]
  known?: "skip" | "update"
}
/** A line that was left out; `line` counts from 1 in the file. */
export interface ImportFault {
  line: number
  problem: string
}
/** `path` leads to a value of the answer: names and, in lists, numbers from 0, joined by dots. */
export interface CrmField {
  label: string
  path: string
}
/** The value of the header is never told; `secret` says whether there is one. */
export interface CrmConnector {
  id: string
  name: string
  url: string
  header: string
  secret: boolean
  fields: CrmField[]
  keep_s: number
  enabled: boolean
}
/** `url` is asked by GET for JSON, with `{{contact.email}}`, `{{contact.phone}}` or `{{contact.<key>}}` in it. `header` and its `value` sign in there. The answer is kept for `keep_s`. */
export interface NewCrmConnector {
  name: string
  url: string
  header?: string
  value?: string
  fields?: CrmField[]
  keep_s?: number
  enabled?: boolean
}
export interface CrmConnectorChange {
  name?: string
  url?: string
  header?: string
  value?: string
  fields?: CrmField[]
  keep_s?: number
  enabled?: boolean
}
/** `link`: the value is an address to open. */
export interface CrmValue {
  label: string
  value: string
  link: boolean
}
/** What a system tells of a customer. `fetched_at` null: nothing has come so far. `error` says why there is nothing newer; the values are then the last that came. `found` false: not known there. `claimed`: asked by an address the customer only says is his; the record may be somebody else's. */
export interface CrmCard {
  connector: string
  name: string
  values: CrmValue[]
  found: boolean
  fetched_at: string | null
  error: string
  claimed: boolean
}
/** Whom to ask for in a trial. */
export interface CrmQuestion {
  email?: string
  phone?: string
}
/** What came back, as it came: the beginning of its text, and the values of the fields. */
export interface CrmTrial {
  address: string
  body: string
  values: CrmValue[]
  error: string
}
/** `until` null: until the customer writes, who brings it back in any case. */
export interface NewSnooze {
  until?: string | null
}
/** Something to do, of a conversation, of a customer, or of neither. `conversation` is null where the reader may not see it; `contact_name` tells whom it is about. */
export interface Task {
  id: string
  text: string
  conversation: string | null
  contact: string | null
  contact_name: string
  assignee: string
  author: string
  due_at: string | null
  done_at: string | null
  created_at: string
}
/** Open ones by their due time, those without one last; done ones latest first. */
export interface TaskPage {
  tasks: Task[]
  next: string | null
}
/** Of one's own open tasks: how many, and how many are due by now. */
export interface TaskCounters {
  open: number
  due: number
}
/** `assignee` missing: oneself. */
export interface NewTask {
  text: string
  conversation?: string | null
  contact?: string | null
  assignee?: string | null
  due_at?: string | null
}
export interface TaskChange {
  text?: string
  assignee?: string
  due_at?: string | null
  done?: boolean
}
/** What a list shows. `mine`: of whoever reads it; `unassigned`: of nobody; else `assignee`, null anybody's. A conversation has all of `labels`. `team` 0 is no team. */
export interface ViewFilter {
  status?: "closed" | "open"
  snoozed?: boolean
  assignee?: string | null
  mine?: boolean
  unassigned?: boolean
  inbox?: number | null
  team?: number | null
  labels?: string[]
  waiting?: boolean
  unread?: boolean
}
/** A list under a name. `count` is exact up to VIEW_COUNT_MAX; `own`: nobody else has it. */
export interface View {
  id: string
  name: string
  own: boolean
  filter: ViewFilter
  count: number
}
/** `shared`: everybody has it, each within his own scope. That takes the right `workspace`. */
export interface NewView {
  name: string
  filter: ViewFilter
  shared?: boolean
}
export interface ViewChange {
  name?: string
  filter?: ViewFilter
}
/** `field` compared with any of `values`; letters' case and ё are not told apart. `at_least` and `at_most` compare numbers and dates; `known` and `unknown` need no value. A field that is not known is only `unknown`, `is_not` and `lacks`. */
export interface RuleTest {
  type: "test"
  field: string
  op: "at_least" | "at_most" | "contains" | "is" | "is_not" | "known" | "lacks" | "starts" | "unknown"
  values?: string[]
}
/** Every one of them holds; of none: always. */
export interface RuleAll {
  type: "all"
  of: (RuleTest | RuleAll | RuleAny | RuleNot)[]
}
/** At least one of them holds; of none: never. */
export interface RuleAny {
  type: "any"
  of: (RuleTest | RuleAll | RuleAny | RuleNot)[]
}
export interface RuleNot {
  type: "not"
  of: RuleTest | RuleAll | RuleAny | RuleNot
}
/** Where it waits for an operator, until it is resolved: null leaves what the queue says. One of them is set. */
export interface RouteAct {
  type: "route"
  queue?: number | null
  skill?: number | null
  skill_level?: number
  priority?: number | null
}
/** This policy of answering, whatever else would fit, until it is resolved. */
export interface SlaAct {
  type: "sla"
  policy: number
}
export interface RuleLabelAct {
  type: "label"
  add?: string[]
  remove?: string[]
}
/** A note to colleagues; variables as in templates, what is not known stays in its braces. */
export interface RuleNoteAct {
  type: "note"
  text: string
}
/** A template is sent to the customer as an automatic answer; he goes on waiting. Never with a gap in it. */
export interface RuleReplyAct {
  type: "reply"
  template: string
}
/** The conversation and the event are posted there as JSON, signed; retried until it answers with a 2xx. */
export interface WebhookAct {
  type: "webhook"
  url: string
}
/** The whole rule. `stop`: where it held, the rules after it are not looked at. */
export interface RuleChange {
  name: string
  trigger: "answered" | "began" | "closed" | "labelled" | "message" | "overdue" | "rated"
  condition: RuleTest | RuleAll | RuleAny | RuleNot
  acts: (RouteAct | SlaAct | RuleLabelAct | RuleNoteAct | RuleReplyAct | WebhookAct)[]
  enabled?: boolean
  stop?: boolean
}
/** Rules are looked at in the order of `place`. `key` signs its webhooks (see `WebhookAct`). `runs` and `failed` of the last FIGURES_DAYS; `last_at` of any. */
export interface Rule {
  id: string
  place: number
  name: string
  trigger: "answered" | "began" | "closed" | "labelled" | "message" | "overdue" | "rated"
  condition: RuleTest | RuleAll | RuleAny | RuleNot
  acts: (RouteAct | SlaAct | RuleLabelAct | RuleNoteAct | RuleReplyAct | WebhookAct)[]
  enabled: boolean
  stop: boolean
  key: string
  changed_at: string
  runs: number
  failed: number
  last_at: string | null
}
/** Ids of all rules. */
export interface RuleOrder {
  rules: string[]
}
/** What a rule would have met, before it is switched on. */
export interface RuleTrial {
  trigger: "answered" | "began" | "closed" | "labelled" | "message" | "overdue" | "rated"
  condition: RuleTest | RuleAll | RuleAny | RuleNot
}
/** A conversation the rule would have run in, and the event that would have woken it. */
export interface RuleHit {
  conversation: string
  contact: string
  contact_name: string
  seq: number
  at: string
  text: string
}
/** Of the `looked_at` conversations that spoke last, those in the reader's scope; `hits` the latest of `found`. */
export interface RuleForecast {
  looked_at: number
  found: number
  hits: RuleHit[]
}
/** `state`: `failed` names in `detail` what could not be done; `stopped`: it ran too often in this conversation. */
export interface RuleRun {
  conversation: string
  contact: string
  contact_name: string
  seq: number
  at: string
  state: "done" | "failed" | "running" | "stopped"
  detail: string
}
/** A field conditions may name. `name`: of an attribute, as the company calls it; `choices`: what it can be. */
export interface RuleField {
  field: string
  name: string
  type: "choice" | "date" | "flag" | "link" | "number" | "text"
  choices: string[]
}
/** The way out to the telephone network, and what may be dialled by it. `host` empty: there is none, operators can be rung and nobody outside. `hosts` are further addresses calls may come from. `countries` (ISO 3166) may be dialled, premium numbers and satellites never. A call counts `call_use` percent of a chat. A callback is tried `tries` times, `pause_s` apart; operators are rung `ring_s`. `stopped_at`: the bound of a day or a minute was reached, and nothing is dialled until somebody allows it again. `record`: what is spoken is recorded and kept `record_days`, with 0 as long as the conversation. */
export interface PhoneSettings {
  host: string
  port: number
  transport: "tcp" | "udp"
  hosts: string[]
  username: string
  has_password: boolean
  number: string
  country: string
  countries: string[]
  dials_per_minute: number
  dials_per_day: number
  call_use: number
  callbacks: boolean
  tries: number
  pause_s: number
  ring_s: number
  consent_ru: string
  consent_en: string
  record: boolean
  record_days: number
  stopped_at: string | null
}
/** What is left out stays; an empty password takes it away. `resume`: outgoing calls that were stopped go on. */
export interface PhoneSettingsChange {
  host?: string
  port?: number
  transport?: "tcp" | "udp"
  hosts?: string[]
  username?: string
  password?: string
  number?: string
  country?: string
  countries?: string[]
  dials_per_minute?: number
  dials_per_day?: number
  call_use?: number
  callbacks?: boolean
  tries?: number
  pause_s?: number
  ring_s?: number
  consent_ru?: string
  consent_en?: string
  record?: boolean
  record_days?: number
  resume?: boolean
}
/** How the telephone is now. `version` empty: Asterisk is not installed; `lines`: operators that could be rung. */
export interface PhoneHealth {
  version: string
  origin: string
  running: boolean
  trunk: "none" | "reachable" | "silent"
  lines: number
}
/** What an operator's browser or softphone signs in with. `ready` false: there is no telephone here. `browser` and `softphone` are names of the same person; the browser speaks over `socket`, a path of this server. `host` and `port` are for a softphone; empty when it can be reached from this machine only. */
export interface PhoneAccess {
  ready: boolean
  browser?: string
  softphone?: string
  password?: string
  socket?: string
  host?: string
  port?: number
}
/** Seconds: speech of each side, silence, both at once; the longest without a pause; how often one broke in. */
export interface SpeakingFigures {
  customer_s: number
  operator_s: number
  silence_s: number
  both_s: number
  customer_longest_s: number
  operator_longest_s: number
  silence_longest_s: number
  customer_breaks_in: number
  operator_breaks_in: number
}
/** The sound is at `/calls/{id}/recording/audio`: Ogg Opus, the customer left and the operator right. `sha256` is of it, in hex. Peaks are the loudest of equal parts of each side, 0 to 255. */
export interface Recording {
  call: string
  seconds: number
  made_at: string
  size_bytes: number
  sha256: string
  customer_peaks: number[]
  operator_peaks: number[]
  figures: SpeakingFigures
}
/** `on`: nothing is recorded until it is taken off. */
export interface PauseRecordingChange {
  on: boolean
}
/** Call the customer of a conversation: one of his numbers, or another one. */
export interface NewCall {
  number: string
}
export interface TransferCall {
  operator: string
}
export interface HoldCall {
  on: boolean
}
/** What the widget may offer. `now` false: nobody is there to call before `opens_at`; `slots` can be chosen. `country` (ISO 3166) is of numbers without +, `code` what they begin with. `consent` is what the customer agrees to. `current` is his callback that is not over yet. */
export interface CallbackOffer {
  now: boolean
  opens_at: string | null
  slots: string[]
  country: string
  code: string
  consent: string
  current: Callback | null
}
/** `due_at` is not before; `tries` so far. The number is as the customer typed it, in its usual form. */
export interface Callback {
  id: string
  conversation: string
  number: string
  asked_at: string
  due_at: string
  slot: boolean
  state: "calling" | "cancelled" | "done" | "failed" | "waiting"
  tries: number
}
/** `consent` must be given; `due_at` one of the offered slots, null: as soon as somebody is free. */
export interface NewCallback {
  number: string
  consent: boolean
  due_at?: string | null
  locale?: "en" | "ru"
}
export type Body = Message | Note | Reacted | Edited | Deleted | Opened | Closed | Assigned | Labelled | Described | Held | Joined | Snoozed | Woken | TaskNoted | SecretAsked | SecretGiven | SecretClosed | HistoryCleared | Erased | Overdue | Promised | Rated | Merged | Split | Carried | Greeted | CallbackAsked | CallbackEnded | CallBegan | CallEnded | CallRecorded | Hidden
export type Send = SendMessage | SendNote | SendReaction | SendEdit | SendDeletion
export type Act = ReplyAct | NoteAct | LabelAct | AssignAct | CloseAct
export type Condition = RuleTest | RuleAll | RuleAny | RuleNot
export type RuleAct = RouteAct | SlaAct | RuleLabelAct | RuleNoteAct | RuleReplyAct | WebhookAct
export type ClientFrame = VisitorHello | OperatorHello | Open | Close | List | SendFrame | Repair | Read | Typing | Look | Watch | Visitors | Whisper | WhisperAnswer | Ping
export type ServerFrame = VisitorWelcome | OperatorWelcome | Snapshot | Events | Repaired | Refused | ReceiptFrame | ThreadFrame | TypingFrame | AlertFrame | Presence | Rows | DeskFrame | CallFrame | VisitorsFrame | PlaceFrame | WatchedFrame | WhisperFrame | WhisperDone | Pong | Bye
