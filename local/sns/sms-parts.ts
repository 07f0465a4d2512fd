/** GSM 03.38: one character each, and those that take two. Any other makes the whole message UCS-2. */
const basic = /^[\n\r !"#$%&'()*+,\-./0-9:;<=>?@A-Z_a-z¡£¤¥§¿ÄÅÆÇÉÑÖØÜßàäåæèéìñòöøùüΓΔΘΛΞΠΣΦΨΩ]$/;
const extended = /^[\f[\\\]^{|}~€]$/;

/** How many text messages carriers bill for this one. */
export function smsParts(text: string): number {
  const units = [...text].map((character) => (basic.test(character) ? 1 : extended.test(character) ? 2 : undefined));
  const septets = units.reduce((sum: number, unit) => sum + (unit ?? Number.NaN), 0);
  return Number.isNaN(septets) ? parts(text.length, 70, 67) : parts(septets, 160, 153);
}

function parts(length: number, alone: number, joined: number): number {
  return length <= alone ? 1 : Math.ceil(length / joined);
}
