/**
 * A model that says one thing: a GGUF file for llama.cpp without anybody's weights.
 *
 * Each piece of text is a token. Embeddings are one-hot, attention and feed-forward are zero, and the output matrix is
 * the table of which piece follows which: greedy or not, after the prompt's last piece come `pieces`, in order.
 *
 * Format: https://github.com/ggml-org/ggml/blob/master/docs/gguf.md (version 3).
 */
export type ScriptedModel = {
  readonly name: string
  /** What is said after `ASSISTANT_TURN`; no piece twice, or it would loop. */
  readonly pieces: readonly string[]
  readonly contextTokens: number
}

/** The end of every prompt that `CHAT_TEMPLATE` writes. */
const ASSISTANT_TURN = '<|im_start|>assistant\n'

/** ChatML with tool calls in the manner of Hermes, which llama.cpp recognises and parses. */
const CHAT_TEMPLATE = `{%- if tools %}{{- '<|im_start|>system\\nTo call a function write <tool_call>\\n{"name": ..., "arguments": {...}}\\n</tool_call>. These exist:' }}
{%- for tool in tools %}{{- '\\n' + (tool | tojson) }}{%- endfor %}{{- '<|im_end|>\\n' }}{%- endif %}
{%- for message in messages %}{{- '<|im_start|>' + message.role + '\\n' }}
{%- if message.reasoning_content %}{{- '<think>\\n' + message.reasoning_content + '\\n</think>\\n\\n' }}{%- endif %}
{%- if message.content %}{{- message.content }}{%- endif %}
{%- for call in message.tool_calls or [] %}{{- '\\n<tool_call>\\n{"name": "' + call.function.name + '", "arguments": ' + (call.function.arguments | tojson) + '}\\n</tool_call>' }}{%- endfor %}
{{- '<|im_end|>\\n' }}{%- endfor %}
{%- if add_generation_prompt %}{{- '${ASSISTANT_TURN.replace('\n', '\\n')}' }}{%- endif %}`

/** Ids of the tokens that every vocabulary begins with; the 256 single bytes follow. */
const BEGIN = 1
const END = 2
const BYTES_FROM = 3

/** Kinds of tokens, and of values, as GGUF numbers them. */
const TOKEN = { unknown: 2, control: 3, userDefined: 4, byte: 6 } as const
const VALUE = { u32: 4, i32: 5, f32: 6, bool: 7, text: 8, array: 9 } as const

const HEAD_SIZE = 64
const FEED_FORWARD = 32
const ALIGNMENT = 32
/** Far above the 0 of every other token: nothing else is ever sampled. */
const CERTAIN = 40

export function scriptedModel(model: ScriptedModel): Buffer {
  const said = [ASSISTANT_TURN, ...model.pieces]
  if (new Set(said).size !== said.length) throw new RangeError('pieces: one is there twice')
  const tokens = [
    '<unk>',
    '<s>',
    '</s>',
    ...Array.from({ length: 256 }, (_, byte) => `<0x${hex(byte)}>`),
    ...said,
  ]
  const size = Math.ceil(tokens.length / HEAD_SIZE) * HEAD_SIZE
  const values = metadata(model, tokens, size)
  const tensors = tensorsOf(tokens.length, size)
  const infos: Buffer[] = []
  const data: Buffer[] = []
  let offset = 0
  for (const { name, shape, numbers } of tensors) {
    infos.push(text(name), u32(shape.length), ...shape.map(u64), u32(0), u64(offset))
    const bytes = padded(Buffer.from(numbers.buffer, numbers.byteOffset, numbers.byteLength))
    data.push(bytes)
    offset += bytes.length
  }
  const head = [Buffer.from('GGUF'), u32(3), u64(tensors.length), u64(values.length)]
  return Buffer.concat([padded(Buffer.concat([...head, ...values, ...infos])), ...data])
}

const hex = (byte: number): string => byte.toString(16).toUpperCase().padStart(2, '0')

const kindOf = (id: number): number => {
  if (id === 0) return TOKEN.unknown
  if (id < BYTES_FROM) return TOKEN.control
  return id < BYTES_FROM + 256 ? TOKEN.byte : TOKEN.userDefined
}

function metadata(model: ScriptedModel, tokens: readonly string[], size: number): Buffer[] {
  const heads = size / HEAD_SIZE
  return [
    pair('general.architecture', VALUE.text, text('llama')),
    pair('general.name', VALUE.text, text(model.name)),
    pair('general.file_type', VALUE.u32, u32(0)),
    pair('llama.context_length', VALUE.u32, u32(model.contextTokens)),
    pair('llama.embedding_length', VALUE.u32, u32(size)),
    pair('llama.block_count', VALUE.u32, u32(1)),
    pair('llama.feed_forward_length', VALUE.u32, u32(FEED_FORWARD)),
    pair('llama.attention.head_count', VALUE.u32, u32(heads)),
    pair('llama.attention.head_count_kv', VALUE.u32, u32(heads)),
    pair('llama.rope.dimension_count', VALUE.u32, u32(HEAD_SIZE)),
    pair('llama.attention.layer_norm_rms_epsilon', VALUE.f32, f32(1e-5)),
    pair('llama.vocab_size', VALUE.u32, u32(tokens.length)),
    pair('tokenizer.ggml.model', VALUE.text, text('llama')),
    pair('tokenizer.ggml.tokens', VALUE.array, array(VALUE.text, tokens.map(text))),
    pair(
      'tokenizer.ggml.scores',
      VALUE.array,
      array(
        VALUE.f32,
        tokens.map(() => f32(0)),
      ),
    ),
    pair(
      'tokenizer.ggml.token_type',
      VALUE.array,
      array(
        VALUE.i32,
        tokens.map((_, id) => u32(kindOf(id))),
      ),
    ),
    pair('tokenizer.ggml.bos_token_id', VALUE.u32, u32(BEGIN)),
    pair('tokenizer.ggml.eos_token_id', VALUE.u32, u32(END)),
    pair('tokenizer.ggml.unknown_token_id', VALUE.u32, u32(0)),
    pair('tokenizer.ggml.add_bos_token', VALUE.bool, Buffer.of(1)),
    pair('tokenizer.chat_template', VALUE.text, text(CHAT_TEMPLATE)),
  ]
}

type Tensor = {
  readonly name: string
  readonly shape: readonly number[]
  readonly numbers: Float32Array
}

const zeros = (name: string, rows: number, columns: number): Tensor => ({
  name,
  shape: [rows, columns],
  numbers: new Float32Array(rows * columns),
})

function tensorsOf(vocabulary: number, size: number): Tensor[] {
  const embeddings = new Float32Array(vocabulary * size)
  for (let id = 0; id < vocabulary; id++) embeddings[id * size + id] = 1
  const output = new Float32Array(vocabulary * size)
  const first = BYTES_FROM + 256
  for (let id = first; id < vocabulary; id++) {
    const next = id + 1 < vocabulary ? id + 1 : END
    output[next * size + id] = CERTAIN / Math.sqrt(size)
  }
  const matrix = (name: string, numbers: Float32Array): Tensor => ({
    name,
    shape: [size, vocabulary],
    numbers,
  })
  const ones = (name: string): Tensor => ({
    name,
    shape: [size],
    numbers: new Float32Array(size).fill(1),
  })
  return [
    matrix('token_embd.weight', embeddings),
    ones('output_norm.weight'),
    matrix('output.weight', output),
    ones('blk.0.attn_norm.weight'),
    zeros('blk.0.attn_q.weight', size, size),
    zeros('blk.0.attn_k.weight', size, size),
    zeros('blk.0.attn_v.weight', size, size),
    zeros('blk.0.attn_output.weight', size, size),
    ones('blk.0.ffn_norm.weight'),
    zeros('blk.0.ffn_gate.weight', size, FEED_FORWARD),
    zeros('blk.0.ffn_down.weight', FEED_FORWARD, size),
    zeros('blk.0.ffn_up.weight', size, FEED_FORWARD),
  ]
}

function padded(bytes: Buffer): Buffer {
  return Buffer.concat([bytes, Buffer.alloc((ALIGNMENT - (bytes.length % ALIGNMENT)) % ALIGNMENT)])
}

function u32(value: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32LE(value)
  return bytes
}

function u64(value: number): Buffer {
  const bytes = Buffer.alloc(8)
  bytes.writeBigUInt64LE(BigInt(value))
  return bytes
}

function f32(value: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeFloatLE(value)
  return bytes
}

function text(value: string): Buffer {
  const bytes = Buffer.from(value)
  return Buffer.concat([u64(bytes.length), bytes])
}

const array = (kind: number, items: readonly Buffer[]): Buffer =>
  Buffer.concat([u32(kind), u64(items.length), ...items])

const pair = (name: string, kind: number, value: Buffer): Buffer =>
  Buffer.concat([text(name), u32(kind), value])
