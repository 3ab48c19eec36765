export * from "./numerics/validate";
