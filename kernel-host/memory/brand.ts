/** A value that TypeScript keeps apart from others of the same representation. */
declare const brand: unique symbol;
export type Brand<T, Name extends string> = T & { readonly [brand]: Name };
