import * as z from 'zod';

/** How pictures are fetched. Times in seconds. */
export interface FetchSettings {
  /** Requests under way at once, in all. @default 64 */
  readonly concurrency?: number;
  /** Of these, to one host. @default 8 */
  readonly perHost?: number;
  /** Until a connection stands. @default 10 */
  readonly connectTimeout?: number;
  /** Until a request is answered to its last byte, whatever the server does. @default 30 */
  readonly timeout?: number;
  /** Further attempts after an answer that may pass: 408, 425, 429, 5xx, a broken connection, a timeout. @default 2 */
  readonly retries?: number;
  /** Longest time that a server's `Retry-After` is waited for; one that asks for more is given up. @default 60 */
  readonly longestWait?: number;
  /** Largest answer, in bytes, on the wire and unpacked. @default 33554432 */
  readonly maxBytes?: number;
  /**
   * Directives of an `X-Robots-Tag` header that forbid a picture's use.
   * @default ['noai', 'noimageai', 'noindex', 'noimageindex', 'none']
   */
  readonly robots?: readonly string[];
  /** Sent as `User-Agent`; its first word is what an `X-Robots-Tag` may name. @default 'anagram' */
  readonly userAgent?: string;
  /**
   * Hosts with their ports, e.g. `127.0.0.1:8080`, that may be asked although their address is not public: an image server of
   * one's own. Redirects from elsewhere may lead there too. @default []
   */
  readonly allowPrivate?: readonly string[];
}

const seconds = z.number().positive().max(3600);

export const fetchSettings = {
  concurrency: z.int().min(1).max(1024).default(64),
  perHost: z.int().min(1).max(1024).default(8),
  connectTimeout: seconds.default(10),
  timeout: seconds.default(30),
  retries: z.int().min(0).max(10).default(2),
  longestWait: z.number().min(0).max(3600).default(60),
  maxBytes: z
    .int()
    .min(1)
    .max(512 * 2 ** 20)
    .default(32 * 2 ** 20),
  robots: z.array(z.string().min(1).toLowerCase()).default(['noai', 'noimageai', 'noindex', 'noimageindex', 'none']),
  userAgent: z
    .string()
    .regex(/^[\x20-\x7e]+$/)
    .default('anagram'),
  allowPrivate: z.array(z.string().regex(/^[^/\s]+:\d+$/, 'expected HOST:PORT')).default([]),
};

export type CheckedFetchSettings = Required<FetchSettings>;
