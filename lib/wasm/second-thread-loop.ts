/** The program of the second thread (second-thread.ts starts it): the kernels' loop, until there has been no work for long. */
import { workerData } from "node:worker_threads";
import { joinKernels } from "./memory";

joinKernels(workerData).serve();
