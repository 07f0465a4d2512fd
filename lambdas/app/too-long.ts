import type { FieldError } from '../../contract/errors.ts';
import { limits } from '../../contract/limits.ts';
import { type Content, jsonBytesOf } from '../domain/message.ts';

/** What is wrong with a message that fitted a frame until an edit, or what the server knows of its files, was added. */
export const tooLong = (content: Content): FieldError[] =>
  jsonBytesOf(content) > limits.messageBytes
    ? [{ path: '', message: `must be at most ${limits.messageBytes} bytes as JSON` }]
    : [];
