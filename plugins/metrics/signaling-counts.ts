import { serviceMetrics } from '../../schemas/index.js'
import { RelayTimes } from './relay-times.js'
import { Tally } from './tally.js'

const { signalbox_messages_total: messages, signalbox_errors_total: errors } = serviceMetrics
const {
  signalbox_joins_total: joins,
  signalbox_resumes_total: resumes,
  signalbox_closes_total: closes,
} = serviceMetrics

/** What those who speak the protocol have done since the start. It is counted whether or not anybody asks. */
export class SignalingCounts {
  readonly messages = new Tally(messages.labels.type)
  readonly errors = new Tally(errors.labels.code)
  readonly joins = new Tally(joins.labels.outcome)
  readonly resumes = new Tally(resumes.labels.outcome)
  readonly closes = new Tally(closes.labels.as)
  readonly relays = new RelayTimes()
  /** How often a socket was read no faster, as it sent too much. */
  slowed = 0
}
