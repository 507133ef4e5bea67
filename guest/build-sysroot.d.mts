export const TARGET_FLAGS: readonly string[];
export function sysroot(onStep: (step: string) => void): Promise<string>;
