/* What this CPU and its operating system can do: asked of both, because one may lack what the other has. */

#include <stdint.h>

#if defined(__x86_64__)
#include <cpuid.h>

int64_t nnexp_level(void) /* 0: what every x86-64 has, 1: AVX2, 2: AVX-512 (F, DQ, BW, VL) */
{
    enum { OSXSAVE = 1 << 27, AVX = 1 << 28 };                                                 /* leaf 1, ecx */
    enum { AVX2 = 1 << 5, AVX512 = 1 << 16 | 1 << 17 | 1 << 30, AVX512VL = 1 << 31 };          /* leaf 7, ebx */
    enum { YMM = 0x6, ZMM = 0xe6 };                                                            /* state that is saved */
    unsigned a, b, c, d, saved, unused;
    if (!__get_cpuid(1, &a, &b, &c, &d) || !(c & OSXSAVE) || !(c & AVX)) return 0;
    __asm__("xgetbv" : "=a"(saved), "=d"(unused) : "c"(0));
    if (!__get_cpuid_count(7, 0, &a, &b, &c, &d) || !(b & AVX2) || (saved & YMM) != YMM) return 0;
    const unsigned wanted = (unsigned)AVX512 | (unsigned)AVX512VL;
    return (b & wanted) == wanted && (saved & ZMM) == ZMM ? 2 : 1;
}
#else
int64_t nnexp_level(void) { return 0; }
#endif

const char *nnexp_source(void) { return SOURCE; } /* the digest of what this was built from */
