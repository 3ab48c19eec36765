export * from "./numerics/random";
export * from "./numerics/validate";
