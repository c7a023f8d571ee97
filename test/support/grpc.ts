import { type ClientHttp2Session, connect } from 'node:http2';

/** A connection that speaks gRPC, for calls of one message each way. */
export interface GrpcChannel {
  /** Gives the code of gRPC: 0 is success, 14 unavailable, as is every answer of HTTP that is no success. */
  call(path: string, message: Buffer, metadata?: Record<string, string>): Promise<number>;
  close(): void;
}

const UNAVAILABLE = 14;
const PATIENCE_MS = 60_000;

/** Without TLS. A connection that was lost is made anew with the next call. */
export function grpcChannel(port: number): GrpcChannel {
  let session: ClientHttp2Session | undefined;
  const connected = (): ClientHttp2Session => {
    if (session === undefined || session.closed || session.destroyed) {
      session = connect(`http://127.0.0.1:${port}`);
      session.on('error', () => {});
    }
    return session;
  };
  return {
    call: (path, message, metadata = {}) =>
      new Promise((resolve) => {
        const stream = connected().request({
          ...{ ':method': 'POST', ':path': path, 'content-type': 'application/grpc', te: 'trailers' },
          ...metadata,
        });
        let code: number | undefined;
        const seen = (headers: Record<string, unknown>): void => {
          if (headers['grpc-status'] !== undefined) code = Number(headers['grpc-status']);
        };
        stream.setTimeout(PATIENCE_MS, () => stream.destroy());
        stream.on('response', (headers) => {
          seen(headers);
          if (headers[':status'] !== 200) code ??= UNAVAILABLE;
        });
        stream.on('trailers', seen);
        stream.on('error', () => {});
        stream.on('close', () => resolve(code ?? UNAVAILABLE));
        stream.resume();
        stream.end(framed(message));
      }),
    close: () => session?.destroy(),
  };
}

function framed(message: Buffer): Buffer {
  const head = Buffer.alloc(5);
  head.writeUInt32BE(message.length, 1);
  return Buffer.concat([head, message]);
}

/** A field of a message whose value is a number. */
export function varint(field: number, value: number): Buffer {
  return Buffer.concat([variable(field * 8), variable(value)]);
}

/** A field of a message whose value is text, bytes or a message. */
export function bytes(field: number, value: Buffer | string): Buffer {
  const content = Buffer.from(value);
  return Buffer.concat([variable(field * 8 + 2), variable(content.length), content]);
}

/** A packed field of floats. */
export function floats(field: number, values: readonly number[]): Buffer {
  return bytes(field, Buffer.from(Float32Array.from(values).buffer));
}

function variable(value: number): Buffer {
  const parts: number[] = [];
  let rest = value;
  while (rest >= 0x80) {
    parts.push((rest % 0x80) | 0x80);
    rest = Math.floor(rest / 0x80);
  }
  return Buffer.from([...parts, rest]);
}
