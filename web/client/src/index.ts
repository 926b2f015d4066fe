export { Link, eventStream, webSocket, type Dial, type LinkStatus, type Wire, type WireEvents } from "./link"
export { OUTBOX_MAX, Outbox } from "./outbox"
export {
  applyEvents,
  applyOlder,
  applySnapshot,
  cursorOf,
  emptyThread,
  eventOfAck,
  fold,
  gapOf,
  maxReceipt,
  type Pending,
  type ThreadState,
} from "./thread"
export { uuid7 } from "./uuid7"
