import type { Plugin as EsbuildPlugin } from 'esbuild';
import type { Plugin } from 'rollup';

export function embedScripts(): Plugin;
export const embedScriptsWithEsbuild: EsbuildPlugin;
