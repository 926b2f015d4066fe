export { Link, webSocket, type Dial, type LinkStatus, type Wire, type WireEvents } from "./link"
export { LINK_MS, Links, type FileLink } from "./links"
export { OUTBOX_MAX, Outbox } from "./outbox"
export { eventStream } from "./stream"
export {
  after,
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
export { PIECE_BYTES, STALL_MS, Upload, type UploadOptions } from "./upload"
export { uuid7 } from "./uuid7"
