import type { Sink } from '../../plugins/rooms/room-store.js'

/** A moment in which anything else may happen. */
export type Pause = () => Promise<unknown>

/** Whatever is asked of it, or of a seat in it, arrives later, and is answered later still. */
export function delayed<Asked extends object>(asked: Asked, pause: Pause): Asked {
  return new Proxy(asked, {
    get(target, key) {
      const value: unknown = Reflect.get(target, key, target)
      if (typeof value !== 'function') return value
      return async (...given: unknown[]) => {
        await pause()
        const answer: unknown = await Reflect.apply(
          value,
          target,
          given.map((what) => (isSink(what) ? sinkOf(what, pause) : what)),
        )
        await pause()
        return answer
      }
    },
  })
}

function isSink(what: unknown): what is Sink {
  return typeof what === 'object' && what !== null && 'deliver' in what
}

function sinkOf(sink: Sink, pause: Pause): Sink {
  return {
    seated: (seat) => sink.seated(delayed(seat, pause)),
    knocking: (knock) => sink.knocking(delayed(knock, pause)),
    turnedAway: (why) => sink.turnedAway(why),
    resumed: (seat, missed) => sink.resumed(delayed(seat, pause), missed),
    deliver: (entry, link) => sink.deliver(entry, link),
    fenced: (why) => sink.fenced(why),
  }
}
