export const EXCEPTION_FLAGS: readonly string[];
export function libcxx(onStep: (step: string) => void): Promise<string>;
