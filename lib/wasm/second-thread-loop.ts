/** The program of the second thread (second-thread.ts starts it): the wasm loop, until there has been no work for long. */
import { workerData } from "node:worker_threads";
import { joinWasm } from "./memory";

joinWasm(workerData).serve();
