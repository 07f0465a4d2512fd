/**
 * House defaults of an SDK client: tight limits and two attempts, because a function must answer within its own timeout whatever AWS
 * does. Without `throwOnRequestTimeout` the SDK only warns. Milliseconds.
 */
export const clientDefaults = ({
  requestTimeout,
  maxAttempts = 2,
}: {
  requestTimeout: number;
  maxAttempts?: number;
}) => ({
  maxAttempts,
  requestHandler: { connectionTimeout: 1_000, requestTimeout, throwOnRequestTimeout: true },
});
