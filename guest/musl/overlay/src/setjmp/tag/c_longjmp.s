# The tag that longjmp throws. libclang_rt of clang 22 has an empty object in its place, as it is built without exceptions.
	.tagtype __c_longjmp i32
	.globl __c_longjmp
__c_longjmp:
