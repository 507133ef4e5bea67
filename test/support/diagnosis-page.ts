/** A page that can be asked why the bridge is not up. */
import { diagnose } from '../../client/index.js';

declare global {
  interface Window {
    diagnose: typeof diagnose;
  }
}

window.diagnose = diagnose;
