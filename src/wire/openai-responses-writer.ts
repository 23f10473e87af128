import type { Finish, ToolCall } from '../domain/chat.ts'
import type { Json, JsonObject } from '../domain/json.ts'
import type { Usage } from '../domain/usage.ts'
import { renderSse } from '../encoding/sse.ts'
import {
  itemId,
  responseObject,
  type Echo,
  type Progress,
  type ResponseMeta,
} from './openai-responses-object.ts'

export type MessagePart = {
  readonly type: 'text' | 'refusal'
  readonly text: string
  readonly logprobs: readonly JsonObject[]
}

/** An output item that is not done yet, with all that it has said. */
export type Open =
  | { readonly type: 'reasoning'; readonly place: number; readonly text: string }
  | { readonly type: 'message'; readonly place: number; readonly parts: readonly MessagePart[] }
  | {
      readonly type: 'call'
      readonly place: number
      readonly index: number
      readonly call: ToolCall
    }

export type State = {
  readonly meta: ResponseMeta
  readonly echo: Echo
  /** Of the next event. */
  readonly sequence: number
  readonly started: boolean
  readonly failed: boolean
  /** Items that are done, by their place; the open ones have none yet. */
  readonly output: readonly (JsonObject | undefined)[]
  /** More than one only if they are calls: their arguments may come in turns. */
  readonly open: readonly Open[]
  readonly finish: Finish
  readonly usage: Usage | undefined
}

/** Numbers events and collects them. Lives for one event only. */
export class Writer {
  state: State
  text = ''

  constructor(state: State) {
    this.state = state
  }

  set(change: Partial<State>): void {
    this.state = { ...this.state, ...change }
  }

  emit(type: string, fields: Readonly<Record<string, Json>>): void {
    const { sequence } = this.state
    this.text += renderSse(JSON.stringify({ type, ...fields, sequence_number: sequence }), type)
    this.state = { ...this.state, sequence: sequence + 1 }
  }

  response(progress: Progress): JsonObject {
    const { meta, echo, output, usage } = this.state
    const done = output.filter((item) => item !== undefined)
    return responseObject(meta, echo, progress, done, usage)
  }

  id(prefix: string, place: number): string {
    return itemId(this.state.meta, prefix, place)
  }

  replace(open: Open): void {
    this.set({ open: this.state.open.map((each) => (each.place === open.place ? open : each)) })
  }

  add(open: Open, item: JsonObject): void {
    const { output, open: others } = this.state
    this.emit('response.output_item.added', { output_index: open.place, item })
    this.set({ open: [...others, open], output: [...output, undefined] })
  }

  done(place: number, item: JsonObject): void {
    const { output, open } = this.state
    this.emit('response.output_item.done', { output_index: place, item })
    this.set({
      open: open.filter((each) => each.place !== place),
      output: output.with(place, item),
    })
  }
}
