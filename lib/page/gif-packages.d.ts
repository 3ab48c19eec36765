/** What we use of two packages that bring no types of their own. */

declare module "gifenc" {
  /** Colours [red, green, blue], 0…255. */
  type Palette = number[][];
  interface FrameOptions {
    palette?: Palette;
    /** ms until the next frame */
    delay?: number;
    /** 0 for ever */
    repeat?: number;
  }
  interface Encoder {
    writeFrame(index: Uint8Array, width: number, height: number, options?: FrameOptions): void;
    finish(): void;
    bytes(): Uint8Array;
  }
  function GIFEncoder(): Encoder;
  function quantize(rgba: Uint8Array, maxColors: number): Palette;
  function applyPalette(rgba: Uint8Array, palette: Palette): Uint8Array;
}

declare module "pngjs" {
  export const PNG: {
    sync: { read(file: Buffer): { readonly width: number; readonly height: number; readonly data: Buffer } };
  };
}
