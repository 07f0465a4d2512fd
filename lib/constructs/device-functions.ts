import { HttpMethod } from 'aws-cdk-lib/aws-apigatewayv2';
import type { Construct } from 'constructs';
import { ChatFunction, type House, type Routed } from './chat-function.ts';
import type { ChatTable } from './chat-table.ts';
import { applicationArns, endpointArns } from './push-applications.ts';

const { GET, PUT, DELETE } = HttpMethod;

/** How a user can be reached and wants to be: each function with its routes. */
export const deviceFunctions = (scope: Construct, house: House, table: ChatTable): Routed[] => [
  {
    fn: manageDevices(scope, house, table),
    routes: { '/v1/users/me/devices': [GET], '/v1/users/me/devices/{deviceId}': [PUT, DELETE] },
  },
  { fn: manageNotifications(scope, house, table), routes: { '/v1/users/me/notifications': [GET, PUT] } },
];

function manageDevices(scope: Construct, house: House, table: ChatTable): ChatFunction {
  const { platformApplications } = house.stage;
  const fn = new ChatFunction(scope, 'ManageDevices', {
    house,
    entry: 'http/manage-devices',
    environment: { PLATFORM_APPLICATIONS: JSON.stringify(platformApplications) },
  });
  fn.bindTable(table, 'PutItem', 'GetItem', 'DeleteItem', 'Query', 'UpdateItem');
  fn.allow(
    ['sns:CreatePlatformEndpoint', 'sns:SetEndpointAttributes', 'sns:DeleteEndpoint'],
    [...applicationArns(platformApplications), ...endpointArns(platformApplications)],
  );
  return fn;
}

function manageNotifications(scope: Construct, house: House, table: ChatTable): ChatFunction {
  const fn = new ChatFunction(scope, 'ManageNotifications', { house, entry: 'http/manage-notifications' });
  fn.bindTable(table, 'GetItem', 'UpdateItem');
  return fn;
}
