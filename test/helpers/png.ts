/** Reads the PNG files a browser writes: 8 bits per channel, with or without alpha, not interlaced. */

/** A picture: its size in pixels, and the colour of a pixel as [red, green, blue], 0…255. */
export interface Picture {
  readonly width: number;
  readonly height: number;
  pixel(x: number, y: number): [number, number, number];
}

/**
 * Decodes a PNG file.
 *
 * @param file the bytes
 * @param inflate zlib's inflateSync
 */
export function decodePng(file: Buffer, inflate: (data: Buffer) => Buffer): Picture {
  if (file.subarray(1, 4).toString() !== "PNG") throw new Error("not a PNG file");
  const [width, height] = [file.readUInt32BE(16), file.readUInt32BE(20)];
  const [depth, colorType, interlace] = [file[24], file[25], file[28]];
  if (depth !== 8 || (colorType !== 2 && colorType !== 6) || interlace !== 0) throw new Error("unusual kind of PNG");
  const channels = colorType === 6 ? 4 : 3;
  const parts: Buffer[] = [];
  for (let at = 8; at < file.length; ) {
    const length = file.readUInt32BE(at);
    if (file.subarray(at + 4, at + 8).toString() === "IDAT") parts.push(file.subarray(at + 8, at + 8 + length));
    at += 12 + length;
  }
  const pixels = unfiltered(inflate(Buffer.concat(parts)), width * channels, height, channels);
  return {
    width,
    height,
    pixel: (x, y) => {
      const at = (y * width + x) * channels;
      return [pixels[at], pixels[at + 1], pixels[at + 2]];
    },
  };
}

/** Undoes PNG's row filters: each byte was stored as its difference from a guess made of its neighbours. */
function unfiltered(data: Buffer, stride: number, height: number, channels: number): Uint8Array {
  const pixels = new Uint8Array(stride * height);
  for (let y = 0; y < height; y++) {
    const filter = data[y * (stride + 1)];
    for (let i = 0; i < stride; i++) {
      const at = y * stride + i;
      const left = i >= channels ? pixels[at - channels] : 0;
      const above = y > 0 ? pixels[at - stride] : 0;
      const corner = y > 0 && i >= channels ? pixels[at - stride - channels] : 0;
      const guess = [0, left, above, (left + above) >> 1, paeth(left, above, corner)][filter];
      pixels[at] = data[y * (stride + 1) + 1 + i] + guess;
    }
  }
  return pixels;
}

function paeth(left: number, above: number, corner: number): number {
  const [a, b, c] = [Math.abs(above - corner), Math.abs(left - corner), Math.abs(left + above - 2 * corner)];
  if (a <= b && a <= c) return left;
  return b <= c ? above : corner;
}
