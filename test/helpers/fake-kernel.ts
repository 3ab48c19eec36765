/** A page made of an array: what a cell would have shown, with every output replaced in its place as a page does. */
import { type DisplayContent, pendingWork, replaceKernelWriter } from "rnn-dynamics/dist/page/kernel-link";

/** What reached the page: every message, and the outputs that stand there after all replacements. */
export interface FakePage {
  readonly messages: { content: DisplayContent; isUpdate: boolean }[];
  readonly outputs: DisplayContent[];
  /** what was printed while the fake kernel ran */
  readonly printed: string[];
}

/** Runs `cell` as if in a notebook, waits for its pictures, and tells what the page holds. */
export async function inFakeKernel(cell: (page: FakePage) => unknown): Promise<FakePage> {
  const page: FakePage = { messages: [], outputs: [], printed: [] };
  const log = console.log;
  console.log = (...words) => void page.printed.push(words.join(" "));
  replaceKernelWriter((content, isUpdate) => {
    page.messages.push({ content, isUpdate });
    const place = page.outputs.findIndex((output) => output.transient.display_id === content.transient.display_id);
    if (isUpdate && place >= 0) page.outputs[place] = content;
    else page.outputs.push(content);
  });
  try {
    await cell(page);
    await pendingWork();
  } finally {
    replaceKernelWriter(undefined);
    console.log = log;
  }
  return page;
}
