/** The panel's vocabulary, all of it generated from panel-api's models. */
export type {
  AccountPanel,
  BotMode,
  ConnectionView,
  Counts,
  CustomerPanel,
  Dashboard,
  LinkView,
  LiveFrame,
  LocationBody,
  MediaView,
  MessagePage,
  MessageView,
  NoticeData,
  OperationView,
  Permission,
  ReplyBody,
  Session,
  SessionState,
  TicketDetail,
  TicketPage,
  TicketRow,
  TicketStatus,
  VisitDays,
  ZoneView,
} from "./schema.gen";

import type { paths } from "./schema.gen";

export type QueueView = paths["/api/tickets"]["get"]["parameters"]["query"]["view"];
