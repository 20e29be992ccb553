/** A growing buffer with the few protobuf primitives that OTLP needs. Written for short ASCII texts. */
const INITIAL_BYTES = 256 * 1024;
/** A text this short is at most 126 bytes in UTF-8, so its length is one byte. */
const SHORT_TEXT = 42;
const TWO_32 = 0x1_0000_0000;

/** Values of the hexadecimal digits by character code. */
const HEX = new Uint8Array(128);
for (const [value, digit] of [...'0123456789abcdef'].entries()) {
  HEX[digit.charCodeAt(0)] = value;
  HEX[digit.toUpperCase().charCodeAt(0)] = value;
}

export class ProtobufBuffer {
  #bytes = Buffer.allocUnsafeSlow(INITIAL_BYTES);
  /** Where the next byte goes. */
  position = 0;

  /** Makes room. Every method below relies on its caller having asked for what it writes at most. */
  ensure(bytes: number): void {
    const needed = this.position + bytes;
    if (needed <= this.#bytes.length) return;
    const grown = Buffer.allocUnsafeSlow(Math.max(needed, this.#bytes.length * 2));
    grown.set(this.#bytes.subarray(0, this.position));
    this.#bytes = grown;
  }

  /** A copy of what was written between two positions. */
  slice(from: number, to: number): Uint8Array {
    return Uint8Array.prototype.slice.call(this.#bytes, from, to);
  }

  byte(value: number): void {
    this.#bytes[this.position++] = value;
  }

  /** Bytes that were encoded before. */
  raw(bytes: Uint8Array): void {
    const target = this.#bytes;
    let at = this.position;
    for (let i = 0; i < bytes.length; i++) target[at++] = bytes[i] as number;
    this.position = at;
  }

  /** @param value an integer from 0 to 2^32 - 1. Writes at most 5 bytes. */
  uint32(value: number): void {
    let rest = value;
    while (rest > 127) {
      this.#bytes[this.position++] = (rest & 127) | 128;
      rest >>>= 7;
    }
    this.#bytes[this.position++] = rest;
  }

  /** @param value an integer within 64 bits; negative ones in two's complement. Writes at most 10 bytes. */
  int64(value: number): void {
    if (value >= 0 && value < TWO_32) {
      this.uint32(value);
      return;
    }
    let rest = BigInt.asUintN(64, BigInt(value));
    while (rest > 127n) {
      this.#bytes[this.position++] = Number(rest & 127n) | 128;
      rest >>= 7n;
    }
    this.#bytes[this.position++] = Number(rest);
  }

  /** Little-endian, 4 bytes. */
  fixed32(value: number): void {
    this.position = this.#bytes.writeUInt32LE(value >>> 0, this.position);
  }

  /** @param value an integer that a double holds exactly; negative ones in two's complement. Little-endian, 8 bytes. */
  fixed64(value: number): void {
    const high = Math.floor(value / TWO_32);
    this.fixed32(value - high * TWO_32);
    this.fixed32(high);
  }

  /** Little-endian, 8 bytes. */
  double(value: number): void {
    this.position = this.#bytes.writeDoubleLE(value, this.position);
  }

  /** Nanoseconds since the epoch as fixed64: seconds * 1e9 + nanos, in parts that doubles hold exactly. */
  time(seconds: number, nanos: number): void {
    const low16 = seconds & 0xffff;
    const high16 = (seconds - low16) / 0x1_0000;
    const fromLow = low16 * 1e9 + nanos;
    const fromHigh = high16 * 1e9;
    const low = (fromLow % TWO_32) + (fromHigh % 0x1_0000) * 0x1_0000;
    const high = Math.floor(fromLow / TWO_32) + Math.floor(fromHigh / 0x1_0000) + Math.floor(low / TWO_32);
    this.fixed32(low);
    this.fixed32(high);
  }

  /** Length and text. Writes at most 5 + 3 × the text's length bytes. */
  text(text: string): void {
    const { length } = text;
    if (length <= SHORT_TEXT) {
      const bytes = this.#bytes;
      const start = this.position + 1;
      let i = 0;
      for (; i < length; i++) {
        const code = text.charCodeAt(i);
        if (code > 127) break;
        bytes[start + i] = code;
      }
      const written = i === length ? length : bytes.write(text, start, 'utf8');
      bytes[start - 1] = written;
      this.position = start + written;
      return;
    }
    this.uint32(Buffer.byteLength(text));
    this.position += this.#bytes.write(text, this.position, 'utf8');
  }

  /** Length and the bytes that hexadecimal digits stand for. */
  hex(digits: string): void {
    const { length } = digits;
    const bytes = this.#bytes;
    let at = this.position;
    bytes[at++] = length >>> 1;
    for (let i = 0; i < length; i += 2) {
      bytes[at++] =
        ((HEX[digits.charCodeAt(i) & 127] as number) << 4) | (HEX[digits.charCodeAt(i + 1) & 127] as number);
    }
    this.position = at;
  }

  /**
   * Leaves `reserved` bytes for the length of a message that follows.
   *
   * @returns where it begins, for `endMessage`.
   */
  startMessage(reserved: number): number {
    this.position += reserved;
    return this.position;
  }

  /** Writes the length into what was reserved; the message moves when its length needs another number of bytes. */
  endMessage(start: number, reserved: number): void {
    const length = this.position - start;
    const needed = varintSize(length);
    if (needed !== reserved) {
      this.ensure(needed);
      this.#bytes.copyWithin(start - reserved + needed, start, this.position);
    }
    this.position = start - reserved;
    this.uint32(length);
    this.position += length;
  }
}

/** Bytes of a varint. */
export function varintSize(value: number): number {
  if (value < 0x80) return 1;
  if (value < 0x4000) return 2;
  if (value < 0x20_0000) return 3;
  return value < 0x1000_0000 ? 4 : 5;
}
