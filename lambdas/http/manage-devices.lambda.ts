import { DeviceParamsSchema, RegisterDeviceSchema } from '../../contract/device.ts';
import { listDevices, registerDevice, removeDevice } from '../app/manage-devices.ts';
import { openTable } from '../data/client.ts';
import { deviceStore } from '../data/device-store.ts';
import { httpHandler, route } from '../edge/http-handler.ts';
import { pushRegistry } from '../outbound/push-registry.ts';
import { systemClock as clock } from '../runtime/clock.ts';
import { environment } from '../runtime/environment.ts';
import { edgeRules } from '../wiring/edge-rules.ts';

const { TABLE_NAME, PLATFORM_APPLICATIONS } = environment('TABLE_NAME', 'PLATFORM_APPLICATIONS');
const registry = pushRegistry(JSON.parse(PLATFORM_APPLICATIONS));
const table = openTable(TABLE_NAME);
const ports = { devices: deviceStore(table), registry, clock };
const [list, register, remove] = [listDevices(ports), registerDevice(ports), removeDevice(ports)];

const getDevices = route({ operation: 'list the devices' }, async ({ userId }) => ({
  status: 200,
  body: { devices: await list(userId) },
}));

const putDevice = route(
  { operation: 'register the device', params: DeviceParamsSchema, body: RegisterDeviceSchema },
  async ({ userId }, { params, body }) => ({
    status: 200,
    body: { device: await register(userId, params.deviceId, body) },
  }),
);

const deleteDevice = route(
  { operation: 'remove the device', params: DeviceParamsSchema },
  async ({ userId }, { params }) => {
    await remove(userId, params.deviceId);
    return { status: 204 };
  },
);

export const handler = httpHandler(
  {
    'GET /v1/users/me/devices': getDevices,
    'PUT /v1/users/me/devices/{deviceId}': putDevice,
    'DELETE /v1/users/me/devices/{deviceId}': deleteDevice,
  },
  edgeRules(table),
);
