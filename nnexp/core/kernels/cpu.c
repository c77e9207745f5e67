/* What this CPU and its operating system can do: asked of both, because one may lack what the other has. */

#include <stdint.h>

#if defined(__x86_64__)
#include <cpuid.h>

int64_t nnexp_level(void) /* 0: what every x86-64 has, 1: AVX2, 2: AVX-512 (F, DQ, BW, VL) */
{
    const unsigned osxsave = 1u << 27, avx = 1u << 28;                                 /* leaf 1, ecx */
    const unsigned avx2 = 1u << 5, avx512 = 1u << 16 | 1u << 17 | 1u << 30 | 1u << 31; /* leaf 7, ebx */
    const unsigned ymm = 0x6, zmm = 0xe6;                                              /* state that is saved */
    unsigned a, b, c, d, saved, unused;
    if (!__get_cpuid(1, &a, &b, &c, &d) || !(c & osxsave) || !(c & avx)) return 0;
    __asm__("xgetbv" : "=a"(saved), "=d"(unused) : "c"(0));
    if (!__get_cpuid_count(7, 0, &a, &b, &c, &d) || !(b & avx2) || (saved & ymm) != ymm) return 0;
    return (b & avx512) == avx512 && (saved & zmm) == zmm ? 2 : 1;
}
#else
int64_t nnexp_level(void) { return 0; }
#endif

const char *nnexp_source(void) { return SOURCE; } /* the digest of what this was built from */
