"""Every bound of the product, each with the reason for its size."""

from typing import Final

# Messages
MESSAGE_TEXT_LEN_MAX: Final = 10_000  # a long letter; longer texts are files
EVENT_BODY_BYTES_MAX: Final = 64 * 1024  # one row stays one page read away; longer is an attachment
ATTACHMENTS_PER_MESSAGE_MAX: Final = 10  # what fits one screen
REACTION_LEN_MAX: Final = 16  # one emoji with all its joiners
REACTIONS_PER_MESSAGE_MAX: Final = 24  # distinct emoji; beyond it nobody can read them
PREVIEW_LEN: Final = 120  # one line of the list at any width
NAME_LEN_MAX: Final = 120  # the longest real names and company names
EMAIL_LEN_MAX: Final = 254  # RFC 5321
LABEL_LEN_MAX: Final = 40  # a chip that does not wrap
LABELS_PER_CONVERSATION_MAX: Final = 20  # more is prose
DRAFT_LEN_MAX: Final = MESSAGE_TEXT_LEN_MAX
DRAFTS_LISTED_MAX: Final = 200  # more unfinished answers than anybody has open

# Quick work at the desk
TEMPLATES_MAX: Final = 2_000  # visible to one operator; his browser searches them all while he types
TEMPLATE_FILES_MAX: Final = 5  # half of what a message takes: the operator adds his own
SHORTCUT_LEN_MAX: Final = 30  # what anybody types to save typing
VARIABLE_DEFAULT_LEN_MAX: Final = 120  # what stands in for a missing name
MACROS_MAX: Final = 200  # more than anybody finds again
MACRO_ACTS_MAX: Final = 10  # what one looks through before pressing the key
ATTRIBUTES_MAX: Final = 100  # a card of two screens
ATTRIBUTE_LEN_MAX: Final = 1_000  # a few sentences; more is a note
CHOICES_MAX: Final = 100  # a list one can still choose from

# Own systems
CRM_CONNECTORS_MAX: Final = 10  # more systems than a card has room for
CRM_FIELDS_MAX: Final = 30  # a screen of the card
CRM_S_MAX: Final = 3.0  # an operator does not wait longer for a card
CRM_ANSWER_BYTES_MAX: Final = 256 * 1024  # a customer's record; longer answers are lists of everything
CRM_VALUE_LEN: Final = 300  # three lines of the card
CRM_KEEP_S_MAX: Final = 86_400  # a day
CRM_HELD_MAX: Final = 5_000  # answers in memory, some megabytes
CRM_CONNECTIONS_MAX: Final = 20  # what a small system of a company bears
CRM_SECRET_LEN_MAX: Final = 2_000  # the longest tokens
CRM_TRIAL_LEN: Final = 4_000  # of the answer, to find the paths in

# Labels
LABELS_LISTED_MAX: Final = 500  # more words than anybody tells apart
RELABEL_AT_ONCE: Final = 500  # conversations of one transaction: nobody waits for its locks
LABEL_COLOURS: Final = 6  # the tints that can be told apart on both themes

# Imports
COMMENT_LEN_MAX: Final = 2_000  # what an operator reads before he answers
ARTICLE_LEN_MAX: Final = 50_000  # ten pages; longer ones nobody reads in a chat
ARTICLES_MAX: Final = 5_000  # the largest help centres
IMPORT_BYTES_MAX: Final = 20 * 1024 * 1024  # a hundred thousand customers with their comments
IMPORT_ROWS_MAX: Final = 100_000  # a job of some minutes; longer lists come in parts
IMPORT_COLUMNS_MAX: Final = 60  # the widest exports of customer systems
IMPORT_SAMPLE_ROWS: Final = 20  # one screen
IMPORT_FORESEEN_ROWS: Final = 500  # a look that still answers within a second

# Paging
PAGE_DEFAULT: Final = 25  # one screen of the list
PAGE_MAX: Final = 100  # bounded work per request
THREAD_SNAPSHOT_EVENTS: Final = 50  # two screens of a thread
REPAIR_EVENTS_MAX: Final = 500  # one repair is one query; further gaps are asked again
LIST_CHANGES_MAX: Final = 5_000  # two megabytes; more changed conversations than this: a new snapshot is smaller
LIST_NEWS_MAX: Final = 50_000  # batches read to find them, a tenth of a second

# Search
SEARCH_WORDS_MAX: Final = 12  # each becomes up to a dozen stems
SEARCHES_AT_ONCE_MAX: Final = 3  # connections of ten: a slow search must not take the others' place
SEARCH_WAIT_S_MAX: Final = 5.0  # for a turn
SEARCH_TRIES_S: Final = (0.2, 0.6, 2.0)  # the plan that seems right, the other, the first again

# Figures
REPORT_DAYS_MAX: Final = 400  # a year against the year before; longer is an export's work
WALL_CELLS_MAX: Final = 12  # open conversations of one operator on the wall
ANSWER_GOAL_S: Final = 30  # the first answer, unless a workspace aims at something else
ANSWER_GOAL_S_MAX: Final = 86_400  # a day, for letters

# Group commit
BATCH_EVENTS_MAX: Final = 1_000  # one transaction stays under 50 ms
BATCH_PENDING_MAX: Final = 20_000  # about a second of full speed; beyond it senders are told to wait
SEND_PENDING_PER_SOCKET_MAX: Final = 256  # an outbox of 200 and some room
COMMIT_RETRY_S: Final = 15.0  # a database restart with recovery; then senders get "unavailable"

# Sockets
FRAME_BYTES_MAX: Final = 96 * 1024  # the largest body and its envelope
HELLO_TIMEOUT_S: Final = 10.0  # a slow phone's round trips
SOCKET_QUEUE_BYTES_MAX: Final = 4 * 1024 * 1024  # a slow reader is cut here and resumes; more than the largest frame
SOCKET_CLOSE_GRACE_S: Final = 2.0  # a full socket never ends by itself
SOCKET_AGE_S_MAX: Final = 6 * 3600.0  # rights and code are re-read at least this often
SOCKET_FRAMES_PER_S_MAX: Final = 2_000  # a console opens a day's threads at once; a flood is cut
THREADS_PER_SOCKET_MAX: Final = 1_024  # an operator's whole day open at once
BEAT_VISIBLE_S: Final = 8.0  # a dead link is noticed within 12 s while somebody looks
BEAT_HIDDEN_S: Final = 25.0  # under the usual 30 s of mobile NAT
SOCKET_SILENCE_S_MAX: Final = 60.0  # two hidden beats and a lost one
LIST_FRAME_INTERVAL_S: Final = 0.25  # four frames a second read as "at once"
WRITING_S: Final = 6.0  # three signs of somebody who writes; then the pen is put down
SSE_BEAT_S: Final = 8.0  # the same notice of a dead link without a socket

# HTTP
REQUEST_BYTES_MAX: Final = 256 * 1024  # JSON only; files go by upload
BEACON_BYTES_MAX: Final = 4 * 1024  # one page view
QUERY_LEN_MAX: Final = 200  # a search box

# Access
PASSWORD_LEN_MIN: Final = 10  # OWASP: length over rules
PASSWORD_LEN_MAX: Final = 256  # bounds the work of argon2
SESSION_DAYS: Final = 30  # a working month
LINK_HOURS: Final = 72  # a weekend
LOGIN_FAILURES_MAX: Final = 8  # of one mailbox from one address within the window: a forgetful person, not a guesser
LOGIN_FAILURES_PER_MAILBOX_MAX: Final = 50  # from all addresses: a botnet guesses slowly, an owner is hard to lock out
LOGIN_FAILURES_PER_ADDRESS_MAX: Final = 200  # of all mailboxes: an office of hundreds shares one address
LOGIN_WINDOW_S: Final = 900.0  # fifteen minutes
RESETS_PER_MAILBOX_MAX: Final = 3  # letters within the window; more would be a nuisance to whoever gets them
RESETS_PER_ADDRESS_MAX: Final = 30  # an office shares one address
SESSIONS_SHOWN_MAX: Final = 100  # nobody ends more by hand
SESSION_SEEN_S: Final = 300.0  # "last seen" to five minutes costs one write then, not one a request
USER_AGENT_LEN_MAX: Final = 300  # the longest of real browsers
API_KEYS_MAX: Final = 50  # more integrations than any company has; the list stays one page
OPERATORS_MAX: Final = 10_000  # the names are kept in memory, a megabyte
TEAMS_MAX: Final = 500  # a scope of teams is an array in every list query

# Routing
CHATS_MIN: Final = 2  # one at a time would be a telephone
CHATS_MAX: Final = 10  # beyond it nobody answers in time
QUEUES_MAX: Final = 200  # all are read to place a conversation
INBOXES_MAX: Final = 200  # sites of one company
INBOXES_PER_QUEUE_MAX: Final = 500  # more channels than any company has
SKILLS_MAX: Final = 200  # a list one can read
LANGUAGES_MAX: Final = 20  # of one operator
SHIFTS_PER_OPERATOR_MAX: Final = 28  # four a day
BREAK_REASONS_MAX: Final = 12  # a menu without scrolling
BREAK_REASON_LEN_MAX: Final = 60  # one line of that menu
ACCEPT_S_MIN: Final = 5  # time to see the card and press a key
ACCEPT_S_MAX: Final = 300  # the customer waits meanwhile
ANSWER_S_MAX: Final = 86_400  # a day: for letters
STICKY_HOURS_MAX: Final = 24 * 90  # a quarter; who remembers longer is in the contact's card
STICKY_WAIT_S_MAX: Final = 3_600  # an hour in the queue for one person
OFFER_AGAIN_S: Final = 60.0  # who refused is not asked again before, unless the queue would stand still
EXTRA_H: Final = 12  # so long an operator works on outside his shift before he is asked again
IDLE_S: Final = 1_800  # without any input: then an operator is away
IDLE_S_MAX: Final = 8 * 3_600
MISSES_MAX: Final = 2  # offers in a row that ran out: then he is away
SEAT_HOLD_S: Final = 25.0  # a console that is gone: a reload or a tunnel of the metro is no absence
SEAT_BEAT_S: Final = 8.0  # every process says whose consoles it holds: thrice within SEAT_HOLD_S
LOAD_IDLE_H: Final = 12.0  # a conversation silent for so long is no work of today
DECISIONS_AT_ONCE_MAX: Final = 50  # of one planning: a hundredth of a second, then others have their turn
LINE_READ_MAX: Final = 2_000  # places one planning looks at, the foremost of every sort of wish
PARTICIPANTS_MAX: Final = 20  # beyond it it is a meeting

# Blocks and floods
BLOCKS_MAX: Final = 5_000  # of one workspace; all are in memory
VISITOR_MESSAGES_BURST: Final = 1_000  # an outbox after a day without a link, several times over
VISITOR_MESSAGES_PER_S_MAX: Final = 10.0  # nobody types faster; a program does
ADDRESS_VISITORS_BURST: Final = (
    2_000  # new browsers of one public address at once: a university comes from its lectures
)
ADDRESS_VISITORS_PER_S_MAX: Final = 10.0  # and goes on coming
FLOOD_KEPT_MAX: Final = 100_000  # writers and addresses remembered; the quietest are forgotten

# Privacy
SECRET_LEN_MAX: Final = 500  # a passphrase; a card number has 19 digits
SECRET_LABEL_LEN_MAX: Final = 120  # one line above the field
RETENTION_DAYS_MAX: Final = 36_500  # a hundred years
RETENTION_POLICIES_MAX: Final = 100  # of one workspace: an inbox and a label each
RETENTION_AT_ONCE: Final = 100  # conversations of one reading; each is a transaction of its own
RETENTION_EVERY_S: Final = 3600.0  # policies count in days
SECRETS_PER_CONVERSATION_MAX: Final = 10  # fields that wait or hold something

# Audit and roles
AUDIT_SUBJECT_LEN_MAX: Final = 300  # names and ids
AUDIT_DETAIL_LEN_MAX: Final = 1_000  # the settings that were changed, not their whole text
PERMISSIONS_MAX: Final = 64  # all there are, and room
CUSTOM_ROLES_MAX: Final = 100  # more nobody tells apart

# System mail
LETTERS_WAITING_MAX: Final = 1_000  # a mail server that is down for a day must not fill the database
LETTERS_AT_ONCE_MAX: Final = 4  # connections; small servers refuse more
LETTER_S_MAX: Final = 20.0  # greylisting servers answer slowly
LETTER_LEASE_S: Final = 120.0  # longer than the slowest try: nobody else sends it meanwhile
LETTER_TRIES_MAX: Final = 8  # 32 minutes with doubling pauses; a link is of use for hours
LETTER_ERROR_LEN: Final = 500  # the server's answer
LETTER_GIVEN_UP_DAYS: Final = 14  # somebody looks within two weeks

# Notifications
NOTICE_AFTER_S_MAX: Final = 86_400  # telling a day later tells nobody anything
NOTICE_EMAIL_GAP_S: Final = 1_800.0  # between two letters about a conversation: a talk is no stream of mail
NOTICE_LETTERS_PER_ADDRESS_DAY_MAX: Final = 20  # whoever claims it: an address cannot be flooded through us
NOTICE_AWAKE_S: Final = 1_800.0  # who wrote half an hour ago does not sleep yet
NOTICE_EVENTS_READ: Final = 60  # the end of a conversation that a letter may quote from
NOTICE_LETTER_MESSAGES_MAX: Final = 20  # a letter is a reminder, the chat has the rest
NOTICE_TEXT_LEN_MAX: Final = 2_000  # of one message in a letter
NOTICES_AT_ONCE_MAX: Final = 50  # one turn of the ladder
NOTICE_LEASE_S: Final = 60.0  # longer than the slowest push: nobody else takes the same step meanwhile
NOTICE_LOOK_S_MAX: Final = 30.0  # another process may have begun one that is due earlier
LETTER_LINK_DAYS: Final = 14  # as long as a customer's return continues the conversation
PUSH_TTL_S: Final = 86_400  # a phone that was off for a day
PUSH_TOPIC_LEN: Final = 32  # RFC 8030
PUSH_TRIES_MAX: Final = 3  # while the service is busy; the next way of the ladder does not wait longer
PUSH_PAUSE_S: Final = 0.5  # doubled after every try
PUSH_S_MAX: Final = 10.0  # a push service answers in less
PUSH_SIGNED_HOURS: Final = 12  # RFC 8292 allows 24
PUSH_TEXT_LEN_MAX: Final = 200  # what a notification shows; with everything else under the 3,993 bytes of a message
PUSH_BROWSERS_MAX: Final = 10  # of one person
RATING_COMMENT_LEN_MAX: Final = 1_000
RATING_DAYS: Final = 14  # whoever comes back later remembers little of it
ALERT_DAYS: Final = 30  # read or not, older ones help nobody
ALERT_DETAIL_LEN_MAX: Final = 200  # a line of the list
ALERT_EMAIL_AFTER_S: Final = 600.0  # unread so long, although a console or a phone could have shown it
ALERT_EMAIL_LINES_MAX: Final = 20  # a letter lists no more
ALERT_RECIPIENTS_MAX: Final = 100  # of one piece of news for nobody in particular
TESTS_PER_MINUTE_MAX: Final = 5  # of the self-test: it sends mail

# Visitors
CUSTOMER_TOKEN_S_MAX: Final = 3600  # signed by the site; renewed by its callback
PAGE_VIEWS_PER_MINUTE_MAX: Final = 60  # a person cannot turn pages faster
VISITOR_BEAT_S: Final = (
    60.0  # a page that is looked at says so: who is there costs a site of 1,000 visitors 17 requests a second
)
VISITOR_BEAT_WATCHED_S: Final = 10.0  # while an operator looks at the visitors: so late an invitation comes
VISITOR_BEATS_PER_S_MAX: Final = 200  # of one workspace while somebody looks; larger sites beat slower
VISITOR_SILENCE_S: Final = 150.0  # two beats and a lost one: a browser that died is gone then
VISITOR_PURGE_S: Final = 60.0  # rows of the silent are not read, only kept so long
VISITORS_SHOWN_MAX: Final = 1_000  # a list one still searches; the newest
VISITORS_FRAME_S: Final = 1.0  # one frame a second reads as live
VISITORS_WATCH_S: Final = 30.0  # nobody watches any more: three missed renewals
VISITORS_WATCH_RENEW_S: Final = 10.0
VISITS_SHOWN_MAX: Final = 10  # a card's history of visits
INVITATION_LEN_MAX: Final = 500  # a bubble beside the launcher, not a letter
INVITATION_S: Final = 600.0  # shown no later: who invited has gone on by then
INVITATION_REST_S: Final = 86_400.0  # who put one away is left alone for a day
GREETINGS_MAX: Final = 30  # of one widget: all are in its configuration
WIDGET_RULES_MAX: Final = 30  # the same
CONDITIONS_MAX: Final = 20  # pages or sources of one rule
GREETING_LEN_MAX: Final = 300  # three lines of the bubble
GREETING_AFTER_S_MAX: Final = 3_600  # nobody reads a page for longer
VISITS_COUNTED_MAX: Final = 1_000  # "often" is less
FORM_FIELDS_MAX: Final = 8  # who is asked more does not write
TOPICS_MAX: Final = 20  # a list one can still choose from
CONSENT_LEN_MAX: Final = 2_000  # a paragraph with its links
CONSENTS_SHOWN_MAX: Final = 50  # of one person
FIGURES_DAYS: Final = 30  # of greetings and invitations
URL_LEN_MAX: Final = 2_000  # what browsers and proxies carry
REOPEN_DAYS: Final = 14  # a customer who comes back within it continues the same conversation

# Files
UPLOAD_BYTES_MAX: Final = 100 * 1024 * 1024  # a phone's video of a minute; a workspace may lower it
UPLOAD_PART_BYTES_MAX: Final = 16 * 1024 * 1024  # so much of one PATCH a crash may cost
UPLOAD_CHUNK_BYTES: Final = 5 * 1024 * 1024  # the smallest piece S3 takes; two are in memory
UPLOAD_IDLE_S: Final = 60.0  # a link that is silent so long is dead; the client resumes
UPLOAD_WAIT_S: Final = 5.0  # the last answer waits so long for the examination, then it goes on behind
UPLOAD_TYPES_MAX: Final = 100  # a workspace's list
UPLOADS_PER_VISITOR_HOUR_MAX: Final = 60  # a claim with all its photos; more is a flood
UPLOAD_BYTES_PER_VISITOR_HOUR_MAX: Final = 1024 * 1024 * 1024  # ten of the largest files
UPLOADS_PER_ADDRESS_HOUR_MAX: Final = 600  # an office shares one address, a flood makes new visitors
UPLOADS_PER_OPERATOR_HOUR_MAX: Final = 2_000  # importing a folder
FILE_NAME_LEN_MAX: Final = 150  # the longest names people give; file systems take 255 bytes
FILE_LINKS_MAX: Final = 100  # a page of a thread with files in every message
UPLOAD_HOURS: Final = 24  # an unfinished upload is kept so long
IMAGE_PIXELS_MAX: Final = 50_000_000  # a phone's 48 megapixels; decoded it is 200 MB in the worker, no more
PREVIEW_PX_MAX: Final = 480  # twice a bubble's width
PHOTO_BYTES_MAX: Final = 5 * 1024 * 1024  # a phone's photo as it is
PHOTO_PX: Final = 256  # the largest circle it is shown in, twice
EXAMINE_MEMORY_BYTES_MAX: Final = (
    1024 * 1024 * 1024
)  # address space: the interpreter and three copies of the largest image
EXAMINE_CPU_S_MAX: Final = 10  # the largest image takes two
EXAMINE_S_MAX: Final = 20.0  # then the process is killed and the file goes without a preview
EXAMINE_AT_ONCE_MAX: Final = 2  # processes; the messages' processor time is worth more
FILE_URL_S: Final = 3600 * 12  # a working day with the tab open

# Transcripts
TRANSCRIPT_EVENTS: Final = 1_000  # of one part: fifty pages; a longer dialogue comes in parts
TRANSCRIPT_TEXT_LEN_MAX: Final = 1_000_000  # of one part: what a PDF is made of in a second
TRANSCRIPT_PARTS_MAX: Final = 10_000  # ten million events
TRANSCRIPT_LINKS_MAX: Final = 1_000  # files of one part that get an address
TRANSCRIPTS_AT_ONCE_MAX: Final = 2  # the messages' processor time is worth more
TRANSCRIPTS_WAITING_MAX: Final = 50  # further ones are told to wait
TRANSCRIPT_BYTES_MAX: Final = 20 * 1024 * 1024  # of one part, whatever the format
TRANSCRIPT_LETTER_BYTES_MAX: Final = (
    8 * 1024 * 1024
)  # mail servers take ten and more; base64 makes it larger by a third
TYPESET_MEMORY_BYTES_MAX: Final = 2 * 1024 * 1024 * 1024  # address space: the library alone maps a third of it
TYPESET_CPU_S_MAX: Final = 20  # a part of the largest size takes two
TYPESET_S_MAX: Final = 30.0  # then the process is killed
TRANSCRIPTS_PER_VISITOR_BURST: Final = 20.0  # every format several times
TRANSCRIPTS_PER_VISITOR_S: Final = 1 / 60  # and one a minute
TRANSCRIPT_LETTERS_PER_VISITOR_DAY_MAX: Final = 5  # who needs more has it already
TRANSCRIPT_LETTERS_PER_ADDRESS_DAY_MAX: Final = 10  # by everybody: a mailbox cannot be flooded through us
TRANSCRIPT_LETTERS_PER_CLAIM_DAY_MAX: Final = 2  # to an address nobody has proved to be his
TRANSCRIPT_LETTERS_PER_DAY_MAX: Final = 5_000  # of a workspace: a busy company; beyond it somebody plays with us

# A person's data as a package
EXPORT_DAYS: Final = 7  # whoever asked for it takes it within a week
EXPORTS_LISTED: Final = 20  # a year of asking
EXPORTS_PER_DAY_MAX: Final = 200  # of a workspace: more are no requests of people but a copy of everything
EXPORT_FILES_MAX: Final = 100_000  # of one person; their names are in memory

# Working together
SNOOZE_DAYS_MAX: Final = 366  # what is put off for longer is a task for another year
TASK_TEXT_LEN_MAX: Final = 500  # a line or two of what is to be done
TASKS_OPEN_MAX: Final = 500  # of one person; more are nobody's tasks
MENTIONS_PER_NOTE_MAX: Final = 20  # who names more writes to nobody
MENTIONED_MAX: Final = 100  # members of the teams named in one note
VIEWS_MAX: Final = 50  # of one person, and as many of everybody: a menu that is still read
VIEW_COUNT_MAX: Final = 100  # beyond it "99+" is shown: a count stays a bounded reading
MERGED_MAX: Final = 50  # contacts of one person
JOINED_MAX: Final = 20  # conversations shown as one
SPLIT_MESSAGES_MAX: Final = 100  # split off at once
LANGUAGE_LETTERS_MAX: Final = 2_000  # read to tell a language
LANGUAGE_MESSAGES_MAX: Final = 10  # of a customer, to tell his language
TIMER_LOOK_S: Final = 5.0  # another process may have set an earlier time: so late at most it is seen
TIMERS_AT_ONCE_MAX: Final = 200  # nine o'clock on Monday: the next ones follow at once

# Jobs and bus
HANDLER_TRIES_MAX: Final = 6  # about two minutes with backoff, then parked
JOB_TRIES_MAX: Final = 6  # about ten minutes with the pauses between, then held
JOB_PAUSE_S: Final = 10.0  # doubled after every failure
JOB_PAUSE_S_MAX: Final = 300.0  # five minutes; a store that is away comes back
JOB_S_MAX: Final = 600.0  # purging after a flood; a job that hangs ends here
RUSH_EVENTS_PER_S: Final = 3_000  # ten times what a thousand operators say; beyond it reactions wait for the talk
OUTBOX_READ_MAX: Final = 200
OUTBOX_KEEP_HOURS: Final = 48  # two days to look at what happened
LEASE_S: Final = 2.0  # a dead holder is missed for at most this and one renewal: under three seconds
LEASE_RENEW_S: Final = 0.5  # three renewals may fail before the work is given up

# Several processes
PROCESSES_MAX: Final = 6  # of one `okno serve`: each takes up to 15 of the 100 connections of the embedded database
HINT_BYTES_MAX: Final = 400_000  # of one publication; NATS takes 1 MB unless it is configured otherwise
HINTS_PENDING_BYTES_MAX: Final = 64 * 1024 * 1024  # on their way out or in; beyond it the outbox tells
HINTS_OWED_MAX: Final = 10_000  # waiting for a database that is away; clients connect again then
HINT_PING_S: Final = 1  # a NATS server that hangs is noticed after three
HINT_KEEP_S: Final = 6.0  # twice as long: what was told meanwhile goes by the database, too
FOLLOW_S: Final = 1.0  # what no hint told of is found in the outbox within two of these
PEER_BEAT_S: Final = 1.0  # a process says that it lives
PEER_SILENCE_S_MAX: Final = 4.0  # its consoles look at nothing any more
PEER_ASK_S: Final = 0.5  # between two questions for all consoles of a process
PEER_CONSOLES_MAX: Final = 1_000  # of one publication, a quarter of a megabyte

# Business time
CALENDARS_MAX: Final = 200  # one a team and channel of a large company
CALENDAR_SPANS_MAX: Final = 42  # six a day: nobody closes more often
CALENDAR_DAYS_MAX: Final = 400  # exceptional days: a whole year of them
CALENDAR_DAYS_AHEAD: Final = 400  # an opening later than in a year is none
CALENDAR_DAYS_OPEN: Final = 14  # open for longer than that is "always" to whoever asks when it closes
CALENDAR_CACHE_S: Final = 10.0  # another process follows a change of hours so soon

# Time of answering
SLA_POLICIES_MAX: Final = 100  # each conversation is held against all of them
SLA_S_MIN: Final = 10  # nobody reads a message faster
SLA_S_MAX: Final = 366 * 24 * 3600  # a year
SLA_CACHE_S: Final = 5.0  # another process follows a change of policies so soon
SLA_LOOK_S: Final = 15.0  # a process that died left its clocks to the others: they look at least so often
SLA_FIRE_MAX: Final = 100  # clocks that ran out, in one transaction
SLA_EVENTS_MAX: Final = 500  # of one conversation in one go; the rest in the next
SLA_DAYS_SHOWN: Final = 30  # what the figures beside the policies are made of

# Promises of an answer
UNANSWERED_HOURS: Final = 24  # opened again within it, who was closed without an answer waits as before
PROMISE_AFTER_S: Final = 300.0  # who would wait longer is offered to leave a message
PROMISE_EXITS: Final = 120  # answers the rate is observed from: about an hour of a busy team
PROMISE_OUTCOMES: Final = 800  # earlier promises of a queue that new ones learn from
PROMISE_CACHE_S: Final = 20.0  # rates move slowly; a question costs a count then
PROMISE_ROOM_DAYS: Final = 4  # operators who were here within a weekend will be here when it opens
PLACE_S: Final = 5.0  # a customer's place in the queue is told at most so often
PLACES_MAX: Final = 2_000  # told of at once in a workspace; who stands further back sees no place

# Automation
RULES_MAX: Final = 100  # each is looked at with every event that wakes it
RULE_NODES_MAX: Final = 50  # of a condition, all branches together: more than a screen shows
RULE_DEPTH_MAX: Final = 5  # deeper nesting is read by nobody
RULE_VALUES_MAX: Final = 50  # a list one can still look through
RULE_ACTS_MAX: Final = 10  # as of a macro
RULE_RUNS_PER_HOUR_MAX: Final = 20  # of one rule in one conversation: more is a loop through somebody else's program
RULE_TRIAL_CONVERSATIONS: Final = 1_000  # that spoke last: enough to see what a rule would meet
RULE_HITS_SHOWN: Final = 50  # a screen to scroll through
RULE_RUNS_SHOWN: Final = 100  # the latest; older ones are in the timelines
RULE_RUNS_DAYS: Final = 90  # long enough to find out why
RULE_TEXT_LEN: Final = 10_000  # of a message, that conditions look at
RULE_DETAIL_LEN: Final = 500  # why an act failed
WEBHOOK_S_MAX: Final = 10.0  # a program that needs longer answers first and works afterwards

# Telephone
RAW_HOURS_MAX: Final = 24  # what Asterisk wrote and no job has taken
ARI_FRAME_BYTES_MAX: Final = 4 * 1024 * 1024  # the list of all channels of a busy Asterisk
SIP_FRAME_BYTES_MAX: Final = 64 * 1024  # an invitation with its candidates has four
SIP_EARLY_FRAMES_MAX: Final = 8  # of a browser, before its way is open
ARI_ANSWER_S_MAX: Final = 10.0  # it answers in a millisecond; later it hangs
CALL_LEGS_MAX: Final = 200  # rung together: the largest shift of a call centre
RING_S: Final = 30  # operators are rung so long; then others, or the customer is told
RING_S_MAX: Final = 120
DIAL_S: Final = 45  # the customer is rung so long: six rings and a hand in a pocket
CALL_HOURS_MAX: Final = 8  # a call that lasts longer was forgotten by both sides
WAIT_S_MAX: Final = 1_800  # a caller hears music at most so long
CALLS_LISTED_MAX: Final = 200  # that live at once in a workspace and are shown
CALLBACK_TRIES_MAX: Final = 5  # beyond it is a nuisance
CALLBACK_DAYS_MAX: Final = 7  # a slot further away is an appointment
CALLBACKS_WAITING_MAX: Final = 1_000  # of a workspace; more nobody dials in a day
DIALS_PER_NUMBER_DAY: Final = 3  # somebody else's number is not to be rung at by us
DIALS_PER_VISITOR_HOUR: Final = 3
DIALS_PER_ADDRESS_HOUR: Final = 30  # an office behind one address; robots have thousands of tries
DIALS_PER_MINUTE: Final = 60  # of a workspace, unless its settings say less
DIALS_PER_DAY: Final = 5_000  # what a fraud may cost at most in one night
