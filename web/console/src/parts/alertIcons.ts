import { AlarmClock, AtSign, BellRing, CircleAlert, Hourglass, Inbox, ListTodo, MessageSquare, PhoneMissed, PhoneOff, UserRoundCheck, UserRoundPlus } from "@lucide/vue"
import type { Alert } from "@okno/protocol"
import type { Component } from "vue"

/** What each class looks like. */
export const ALERT_ICONS: Record<Alert["alert_class"], Component> = {
  message: MessageSquare, queue: Inbox, offer: UserRoundPlus, missed: PhoneMissed, assigned: UserRoundCheck, mention: AtSign,
  task: ListTodo, snooze: AlarmClock, sla_warning: Hourglass, sla_breach: CircleAlert, promise: BellRing, calls_stopped: PhoneOff,
}
