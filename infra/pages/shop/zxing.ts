// The reader of QR codes for browsers without one: WebAssembly from our own origin, loaded at the first scan.

import { prepareZXingModule, readBarcodes } from "zxing-wasm/reader";
import address from "zxing-wasm/reader/zxing_reader.wasm";

// Without this it would ask a public host for the file.
prepareZXingModule({ overrides: { locateFile: () => address } });

export async function read(source: HTMLCanvasElement): Promise<string | null> {
  const picture = source.getContext("2d")?.getImageData(0, 0, source.width, source.height);
  if (!picture) return null;
  // QR codes alone: noise is read as bar codes otherwise.
  const found = await readBarcodes(picture, { formats: ["QRCode"], tryHarder: true, maxNumberOfSymbols: 1 });
  return found[0]?.text ?? null;
}
