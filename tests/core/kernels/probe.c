/* Trains networks on numbers made here, and prints a digest of all that each computes: the kernel's test where there is
 * no Python. test_probe.py makes the same numbers, and knows the digest from the reference.
 *
 *     cc -std=c11 -O3 -ffp-contract=off -DREAL=float '-DNAME(what)=what' -I nnexp/core/kernels probe.c -o probe
 *     ./probe 23-17-5:23:10:2:0:0:0:0:0:3
 *
 * An argument names the sizes, the examples, the batch size, the epochs, the cost and the activation (by their numbers
 * in kernel.c), whether there is momentum, the layers that are frozen (bits), whether pixels are numbers and not bytes,
 * and the bands. Every array is as large as it must be and no larger, which AddressSanitizer sees to.
 */

#define _POSIX_C_SOURCE 200809L
#include "kernel.c"
#include <stdio.h>
#include <stdlib.h>

enum { DEEPEST = 8, ALIGNED = 64 };

static uint64_t state, digest; /* of the LCG of Knuth's MMIX, and of FNV-1a */

static int64_t whole(int64_t below)
{
    state = state * 6364136223846793005u + 1442695040888963407u;
    return (int64_t)(state >> 33) % below;
}

static real fraction(void) { return (real)(whole(65536) - 32768) / 32768; }

static void digest_bits(uint64_t bits, int bytes)
{
    for (int byte = 0; byte < bytes; byte++, bits >>= 8) digest = (digest ^ (bits & 255)) * 1099511628211u;
}

static void digest_real(real x)
{
    const union number number = {x};
    digest_bits(SINGLE ? (uint32_t)number.bits : (uint64_t)number.long_bits, sizeof(real));
}

static void digest_cost(double x)
{
    const union number number = {.twice = x};
    digest_bits((uint64_t)number.long_bits, sizeof x);
}

static void *room(int64_t count, size_t size)
{
    static void *made; /* static only because GCC 12 warns of what it takes for a pointer to it */
    if (posix_memalign(&made, ALIGNED, (size_t)count * size)) exit(3);
    return memset(made, 0, (size_t)count * size);
}

static struct layer draw(int64_t n_in, int64_t n_out, int64_t rows, int momentum)
{
    struct layer layer = {.n_in = n_in, .n_out = n_out};
    layer.depth = (n_in + LANES - 1) / LANES * LANES, layer.width = (n_out + LANES - 1) / LANES * LANES;
    const int64_t counts[] = {n_in * layer.width, n_out * layer.depth, layer.width};
    layer.weights = room(counts[0], sizeof(real)), layer.turned = room(counts[1], sizeof(real));
    layer.biases = room(counts[2], sizeof(real));
    for (int k = 0; momentum && k < 3; k++) layer.velocities[k] = room(counts[k], sizeof(real));
    layer.values = room(rows * layer.width, sizeof(real)), layer.deltas = room(rows * layer.width, sizeof(real));
    for (int64_t o = 0; o < n_out; o++)
        for (int64_t i = 0; i < n_in; i++)
            layer.weights[i * layer.width + o] = layer.turned[o * layer.depth + i] = fraction();
    for (int64_t o = 0; o < n_out; o++) layer.biases[o] = fraction();
    return layer;
}

static struct images draw_images(int64_t n, int64_t n_in, int64_t n_out, int64_t width, int numbers, int64_t bands)
{
    uint8_t *bytes = numbers ? NULL : room(n * n_in, 1);
    real *reals = numbers ? room(n * n_in, sizeof(real)) : NULL;
    for (int64_t i = 0; i < n * n_in; i++) {
        if (whole(5)) continue; /* zero, as most pixels are */
        if (numbers) reals[i] = fraction();
        else bytes[i] = (uint8_t)whole(256);
    }
    int64_t *labels = room(n, sizeof *labels), *edges = room(bands + 1, sizeof *edges);
    for (int64_t e = 0; e < n; e++) labels[e] = whole(n_out);
    for (int64_t band = 0; band <= bands; band++) edges[band] = band * n_in / bands;
    const real scale = numbers ? (real)0.75 : (real)(1.0 / 256);
    real *values = numbers ? NULL : room(256, sizeof *values);
    for (int byte = 0; values && byte < 256; byte++) values[byte] = (real)byte * scale;
    const int64_t found = NAME(pack)(bytes, values, reals, n, n_in, scale, width, edges, bands, NULL, NULL, 0);
    int64_t *starts = room(n * (bands + 1), sizeof *starts);
    void *pixels = room(found + 1, numbers ? sizeof(struct pixel) : sizeof(struct byte));
    NAME(pack)(bytes, values, reals, n, n_in, scale, width, edges, bands, starts, pixels, found + 1);
    return (struct images){bands, starts, pixels, values, labels};
}

static void train(char *what)
{
    int64_t sizes[DEEPEST + 1], numbers[9], depth = 0;
    char *at = what;
    sizes[0] = strtoll(at, &at, 10);
    while (*at == '-' && depth < DEEPEST) sizes[++depth] = strtoll(at + 1, &at, 10);
    for (int k = 0; k < 9; k++) {
        if (*at != ':') exit(2);
        numbers[k] = strtoll(at + 1, &at, 10);
    }
    const int64_t n = numbers[0], batch_size = numbers[1], epochs = numbers[2], n_out = sizes[depth];
    const struct learning learning = {3, 1 - 3 * 0.5 / (double)n, 0.5, batch_size, numbers[3], numbers[5]};
    struct layer layers[DEEPEST];
    for (int64_t k = 0; k < depth; k++) {
        layers[k] = draw(sizes[k], sizes[k + 1], batch_size, numbers[5] > 0);
        layers[k].activation = k < depth - 1 ? numbers[4] : SIGMOID;
        layers[k].frozen = numbers[6] >> k & 1;
    }
    const struct images images = draw_images(n, sizes[0], n_out, layers[0].width, numbers[7] > 0, numbers[8]);
    int64_t *order = room(n, sizeof *order);
    real *outputs = room(n * n_out, sizeof(real));
    digest = 14695981039346656037u;
    for (int64_t epoch = 0; epoch <= epochs; epoch++) { /* and after the last, predict */
        for (int64_t e = 0; e < n; e++) order[e] = epoch < epochs ? (e + 7 * epoch) % n : e;
        if (epoch < epochs) NAME(learn)(layers, depth, &images, order, n, &learning, outputs);
        else NAME(predict)(layers, depth, &images, order, n, batch_size, outputs);
        digest_cost(NAME(cost)(outputs, images.labels, order, n, n_out, learning.cost) / (double)n);
    }
    for (int64_t i = 0; i < n * n_out; i++) digest_real(outputs[i]);
    for (struct layer *layer = layers; layer < layers + depth; layer++) {
        for (int64_t o = 0; o < layer->n_out; o++)
            for (int64_t i = 0; i < layer->n_in; i++) digest_real(layer->weights[i * layer->width + o]);
        for (int64_t o = 0; o < layer->n_out; o++) digest_real(layer->biases[o]);
    }
}

int main(int count, char **arguments)
{
    for (int k = 1; k < count; k++) {
        state = 1;
        train(arguments[k]);
        printf("%016llx\n", (unsigned long long)digest);
    }
    return 0;
}
