/**
 * Reads the headers of the frames that pass by (RFC 6455, 5.2) and calls once when one announces too long a payload.
 * API Gateway limits frames (32 KB) as well as messages (128 KB), and `ws` knows only of messages. Browsers send a
 * message as one frame, so that the smaller limit is the one that web clients meet.
 */
export function watchFrameSizes(limit: number, onTooLong: () => void): (chunk: Buffer) => void {
  let header = Buffer.alloc(0);
  let payloadLeft = 0;
  return (chunk) => {
    let rest = chunk;
    while (rest.length > 0) {
      const skipped = Math.min(payloadLeft, rest.length);
      payloadLeft -= skipped;
      const missing = headerLength(header) - header.length;
      header = Buffer.concat([header, rest.subarray(skipped, skipped + missing)]);
      rest = rest.subarray(skipped + missing);
      if (header.length < headerLength(header)) continue;
      payloadLeft = payloadLength(header);
      header = Buffer.alloc(0);
      if (payloadLeft <= limit) continue;
      // The connection is about to be closed: nothing that follows is read.
      payloadLeft = Number.POSITIVE_INFINITY;
      onTooLong();
    }
  };
}

/** How long the header is, as far as its first bytes tell. */
function headerLength(header: Buffer): number {
  if (header.length < 2) return 2;
  const second = header.readUInt8(1);
  const maskLength = second >= 0x80 ? 4 : 0;
  return 2 + (extendedLength[second & 0x7f] ?? 0) + maskLength;
}

const extendedLength: Record<number, number> = { 126: 2, 127: 8 };

function payloadLength(header: Buffer): number {
  const length = header.readUInt8(1) & 0x7f;
  if (length === 126) return header.readUInt16BE(2);
  return length === 127 ? Number(header.readBigUInt64BE(2)) : length;
}
