import { AccessLogFormat } from 'aws-cdk-lib/aws-apigateway';
import { type IAccessLogSettings, LogGroupLogDestination } from 'aws-cdk-lib/aws-apigatewayv2';
import type { ILogGroup } from 'aws-cdk-lib/aws-logs';

/** One JSON line a request. Never the query string or a header: a token may stand there. */
const commonFields = {
  requestId: '$context.requestId',
  time: '$context.requestTimeEpoch',
  routeKey: '$context.routeKey',
  status: '$context.status',
  sourceIp: '$context.identity.sourceIp',
  integrationLatency: '$context.integrationLatency',
};

/** Writes one JSON line per request, with these fields beside the common ones. */
export function accessLogTo(logGroup: ILogGroup, fields: Record<string, string>): IAccessLogSettings {
  const format = AccessLogFormat.custom(JSON.stringify({ ...commonFields, ...fields }));
  return { destination: new LogGroupLogDestination(logGroup), format };
}
