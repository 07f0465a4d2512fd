import type { AwsError, AwsReply } from '../aws/service.ts';

const NAMESPACE = 'http://sns.amazonaws.com/doc/2010-03-31/';

/** An element around others. */
export function element(name: string, ...children: string[]): string {
  return `<${name}>${children.join('')}</${name}>`;
}

/** An element around text. */
export function textElement(name: string, text: string): string {
  return element(name, text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;'));
}

export function resultReply(operation: string, result: string): AwsReply {
  return reply(200, `${operation}Response`, element(`${operation}Result`, result));
}

/** SNS has its own name for what IAM refuses. */
export function errorReply({ code, status, message }: AwsError): AwsReply {
  const refused = code === 'AccessDeniedException';
  const name = textElement('Code', refused ? 'AuthorizationError' : code);
  const error = element(
    'Error',
    textElement('Type', status < 500 ? 'Sender' : 'Receiver'),
    name,
    textElement('Message', message),
  );
  return reply(refused ? 403 : status, 'ErrorResponse', error);
}

/** A map as the query protocol flattens it: `Attributes.entry.1.key=Token&Attributes.entry.1.value=…`. */
export function mapIn(form: URLSearchParams, prefix: string, key: string, value: string): Record<string, string> {
  const entries: Record<string, string> = {};
  for (let index = 1; form.has(`${prefix}.${index}.${key}`); index += 1) {
    entries[form.get(`${prefix}.${index}.${key}`) ?? ''] = form.get(`${prefix}.${index}.${value}`) ?? '';
  }
  return entries;
}

function reply(status: number, name: string, content: string): AwsReply {
  const body = `<${name} xmlns="${NAMESPACE}">${content}</${name}>`;
  return { status, headers: { 'content-type': 'text/xml' }, body };
}
