/**
 * The wire format of protocol buffers, as much of it as reading OTLP takes.
 * https://protobuf.dev/programming-guides/encoding/
 *
 * Why not a library: `pbf` reads past the end without a word and rounds 64-bit integers to doubles (time stamps in
 * nanoseconds need all bits), `protobufjs` compiles its readers with `new Function`, and generated code for the OTLP
 * messages is ten times the size of this file.
 */
import { MalformedOtlpError } from './decode-budget.ts';

export const WIRE_VARINT = 0;
export const WIRE_64_BIT = 1;
export const WIRE_BYTES = 2;
const WIRE_GROUP_START = 3;
const WIRE_GROUP_END = 4;
export const WIRE_32_BIT = 5;

const TWO_POW_32 = 2 ** 32;
const MAX_GROUP_DEPTH = 64;

/**
 * A cursor: `while (reader.next()) switch (reader.field) …`, with exactly one read or `skip()` a round. Every read throws
 * `MalformedOtlpError` when the bytes end early, naming the position.
 */
export class ProtobufReader {
  /** Of the field that `next()` found. */
  field = 0;
  wireType = 0;
  private readonly bytes: Buffer;
  private position = 0;
  /** Where the message being read ends. */
  private end: number;
  private low = 0;
  private high = 0;

  constructor(bytes: Uint8Array) {
    this.bytes = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.end = bytes.byteLength;
  }

  /** Moves on to the next field. @returns false at the end of the message */
  next(): boolean {
    if (this.position === this.end) return false;
    this.readVarint();
    this.field = this.low >>> 3;
    this.wireType = this.low & 7;
    if (this.field === 0 || this.high !== 0) this.fail(`field number ${this.field} does not exist`);
    return true;
  }

  /** Whether the field has the wire type its schema asks for; one that has not counts as unknown, as protobuf says. */
  is(field: number, wireType: number): boolean {
    return this.field === field && this.wireType === wireType;
  }

  /** Goes into an embedded message. @returns what `leave` needs at its end */
  enter(): number {
    const outer = this.end;
    this.end = this.readEnd();
    return outer;
  }

  leave(outer: number): void {
    this.end = outer;
  }

  /** Invalid UTF-8 becomes U+FFFD, as in the collector: a broken character is no reason to lose a batch. */
  string(): string {
    const end = this.readEnd();
    const text = this.bytes.toString('utf8', this.position, end);
    this.position = end;
    return text;
  }

  hex(): string {
    const end = this.readEnd();
    const text = this.bytes.toString('hex', this.position, end);
    this.position = end;
    return text;
  }

  /** A copy: a view would keep the whole request in memory. */
  byteArray(): Uint8Array {
    const end = this.readEnd();
    const copy = new Uint8Array(this.bytes.subarray(this.position, end));
    this.position = end;
    return copy;
  }

  uint32(): number {
    this.readVarint();
    return this.low;
  }

  bool(): boolean {
    this.readVarint();
    return this.low !== 0 || this.high !== 0;
  }

  int64(): number | bigint {
    this.readVarint();
    // Both halves signed: -1 is 2^32 - 1 in each. Rounded or not, the sum tells whether a double holds the value.
    const value = (this.high | 0) * TWO_POW_32 + this.low;
    if (Number.isSafeInteger(value)) return value;
    return BigInt.asIntN(64, (BigInt(this.high) << 32n) | BigInt(this.low));
  }

  fixed32(): number {
    const start = this.advance(4);
    return this.bytes.readUInt32LE(start);
  }

  fixed64(): bigint {
    const start = this.advance(8);
    return this.bytes.readBigUInt64LE(start);
  }

  double(): number {
    const start = this.advance(8);
    return this.bytes.readDoubleLE(start);
  }

  /** Passes over the value of a field nobody asked for. */
  skip(): void {
    this.skipValue(0);
  }

  private skipValue(depth: number): void {
    switch (this.wireType) {
      case WIRE_VARINT:
        this.readVarint();
        return;
      case WIRE_64_BIT:
        this.advance(8);
        return;
      case WIRE_BYTES:
        this.position = this.readEnd();
        return;
      case WIRE_32_BIT:
        this.advance(4);
        return;
      case WIRE_GROUP_START: {
        if (depth === MAX_GROUP_DEPTH) this.fail('groups nested too deep');
        const group = this.field;
        while (this.next()) {
          if ((this.wireType as number) === WIRE_GROUP_END) {
            if (this.field !== group) this.fail(`group ${group} ended as ${this.field}`);
            return;
          }
          this.skipValue(depth + 1);
        }
        this.fail(`group ${group} has no end`);
        return;
      }
      default:
        this.fail(`wire type ${this.wireType} of field ${this.field} does not exist here`);
    }
  }

  /** Reads a length. @returns the position after the bytes it announces, which are there */
  private readEnd(): number {
    this.readVarint();
    const end = this.position + this.low;
    if (this.high !== 0 || end > this.end) {
      this.fail(`field ${this.field} of ${this.low} bytes reaches past the end of its message`);
    }
    return end;
  }

  private advance(count: number): number {
    const start = this.position;
    if (start + count > this.end) this.fail(`field ${this.field} reaches past the end of its message`);
    this.position = start + count;
    return start;
  }

  /** Up to ten bytes of seven bits, lowest first; bits above the 64th fall away. */
  private readVarint(): void {
    let low = 0;
    let high = 0;
    for (let shift = 0; shift < 70; shift += 7) {
      if (this.position === this.end) this.fail('a number reaches past the end of its message');
      const byte = this.bytes[this.position++] as number;
      const bits = byte & 0x7f;
      if (shift < 28) low |= bits << shift;
      else if (shift === 28) {
        low |= bits << 28;
        high = bits >>> 4;
      } else high |= bits << (shift - 32);
      if (byte < 0x80) {
        this.low = low >>> 0;
        this.high = high >>> 0;
        return;
      }
    }
    this.fail('a number is longer than ten bytes');
  }

  private fail(problem: string): never {
    throw new MalformedOtlpError(`malformed protobuf at byte ${this.position}: ${problem}`);
  }
}
