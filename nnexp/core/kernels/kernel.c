/* A network's learning and its outputs, with the order of every sum fixed: the bits of reference.py, fast.
 *
 * nnexp/core/kernels/__init__.py writes the order down. It lets a vector hold neighbouring neurons, which never meet in
 * a sum, so a vector of any width gives the same bits. Three things would not: a multiplication fused with an addition
 * (-ffp-contract=off), -ffast-math, and arithmetic of more bits than a number has (the two are refused below).
 *
 * Compiled once for each precision and level of vectors: REAL is float or double, and NAME(what) its functions' names.
 * A row of weights holds what one input feeds, (n_in, width): width is n_out padded to whole vectors, and the padding is
 * 0 and stays 0. Arrays begin at multiples of 64 bytes. Whoever calls has checked every size, label and index.
 */

#include <float.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#if FLT_EVAL_METHOD != 0
#error "this machine computes with more bits than a number has, and would round at other places"
#endif
#if defined(__FAST_MATH__)
#error "-ffast-math lets a compiler change the order of a sum, which decides the bits"
#endif

#if defined(__AVX512F__)
enum { VECTOR = 64 }; /* bytes */
#elif defined(__AVX__)
enum { VECTOR = 32 };
#else
enum { VECTOR = 16 };
#endif

#define INLINE static inline __attribute__((always_inline))
#define ONE_ADDRESS(row) __asm__("" : "+r"(row)) /* or GCC keeps one for each vector of a row, and runs out of registers */

typedef REAL real;
typedef real vector __attribute__((vector_size(VECTOR), may_alias));
enum { LANES = VECTOR / sizeof(real), SINGLE = sizeof(real) == 4 };
enum { BLOCK = 13 /* vectors, in 16 registers */, FEW = 16 /* neurons of a narrow layer */ };

struct layer {
    int64_t n_in, n_out;
    int64_t depth, width; /* n_in and n_out, padded */
    int64_t activation;   /* as in the enum below */
    int64_t frozen;       /* its weights do not learn */
    real *weights;        /* (n_in, width) */
    real *turned;         /* (n_out, depth): the same, as the way back reads it; the first layer has none */
    real *biases;         /* (width) */
    real *velocities[3];  /* of these three, for momentum */
    real *values;         /* (rows, width): what it gives */
    real *deltas;         /* (rows, width): its error */
};

struct pixel { /* an input that is not zero */
    uint32_t at; /* where its row of the first layer's weights begins: its number times width */
    real value;
};

struct byte { /* one that was a byte: half as much to read, which is what an epoch waits for */
    uint16_t number, value;
};

struct images {
    int64_t bands;
    const int64_t *starts; /* (n, bands + 1): where each image's pixels of each band begin, and where its last end */
    const void *pixels;    /* `struct byte` if there are values, else `struct pixel` */
    const real *values;    /* what each byte comes to */
    const int64_t *labels;
};

enum activation { SIGMOID, TANH, RELU, STEP };
enum cost { QUADRATIC, CROSS_ENTROPY };

struct learning {
    double eta, decay, mu;
    int64_t batch_size, cost, momentum;
};

/* ---- Functions of one number: Cephes' polynomials (S. Moshier), because a library's last bit may be another's. ---- */

#define C(single, twice) ((real)(SINGLE ? (single) : (twice)))

union number { real real; float single; double twice; int32_t bits; int64_t long_bits; };

INLINE real within(real bound, real x) { return x < -bound ? -bound : x > bound ? bound : x; }

INLINE real exponential(real x) /* of -BOUND to BOUND: nothing that comes of it is too small to be a normal number */
{
    const real magic = C(12582912, 6755399441055744); /* 1.5 * 2^23 or 2^52: a sum with it is rounded to a whole number */
    const union number sum = {x * C(1.44269504088896340736, 1.44269504088896340736) + magic};
    const real n = sum.real - magic; /* x = n ln 2 + r */
    const real r = x - n * C(0.693359375, 6.93145751953125e-1) - n * C(-2.12194440e-4, 1.42860682030941723212e-6);
    const real square = r * r;
    union number power; /* 2 to the n */
    if (SINGLE) {
        power.bits = (int32_t)(((uint32_t)sum.bits + 127) << 23);
        real p = (real)1.9875691500e-4;
        p = p * r + (real)1.3981999507e-3;
        p = p * r + (real)8.3334519073e-3;
        p = p * r + (real)4.1665795894e-2;
        p = p * r + (real)1.6666665459e-1;
        p = p * r + (real)5.0000001201e-1;
        return (p * square + r + 1) * power.real;
    }
    power.long_bits = (int64_t)(((uint64_t)sum.long_bits + 1023) << 52);
    real p = (real)1.26177193074810590878e-4, q = (real)3.00198505138664455042e-6;
    p = p * square + (real)3.02994407707441961300e-2;
    p = p * square + (real)9.99999999999999999910e-1;
    q = q * square + (real)2.52448340349684104192e-3;
    q = q * square + (real)2.27265548208155028766e-1;
    q = q * square + 2;
    p = p * r;
    return (2 * (p / (q - p)) + 1) * power.real;
}

#define BOUND C(87, 708)

INLINE real sigmoid(real z) { return 1 / (1 + exponential(within(BOUND, -z))); }

INLINE real tanh_(real z)
{
    const real size = z < 0 ? -z : z, square = z * z;
    const real large = 1 - 2 / (exponential(within(BOUND, 2 * size)) + 1);
    real p, q = 1;
    if (SINGLE) {
        p = (real)-5.70498872745e-3;
        p = p * square + (real)2.06390887954e-2;
        p = p * square + (real)-5.37397155531e-2;
        p = p * square + (real)1.33314422036e-1;
        p = p * square + (real)-3.33332819422e-1;
    } else {
        p = (real)-9.64399179425052238628e-1;
        p = p * square + (real)-9.92877231001918586564e1;
        p = p * square + (real)-1.61468768441708447952e3;
        q = square + (real)1.12811678491632931402e2;
        q = q * square + (real)2.23548839060100448583e3;
        q = q * square + (real)4.84406305325125486048e3;
    }
    const real small = z + z * square * (p / q);
    return size < (real)0.625 ? small : z < 0 ? -large : large;
}

static double logarithm(double x) /* of a normal number above 0 */
{
    union number m = {.twice = x};
    double e = (double)((m.long_bits >> 52) - 1022);
    m.long_bits = (m.long_bits & 0x000fffffffffffff) | 0x3fe0000000000000; /* x = m 2^e, m from 1/2 to 1 */
    const int lower = m.twice < 0.70710678118654752440;
    const double r = (lower ? 2 * m.twice : m.twice) - 1, square = r * r;
    e = lower ? e - 1 : e;
    double p = 1.01875663804580931796e-4, q = r + 1.12873587189167450590e1;
    p = p * r + 4.97494994976747001425e-1;
    p = p * r + 4.70579119878881725854e0;
    p = p * r + 1.44989225341610930846e1;
    p = p * r + 1.79368678507819816313e1;
    p = p * r + 7.70838733755885391666e0;
    q = q * r + 4.52279145837532221105e1;
    q = q * r + 8.29875266912776603211e1;
    q = q * r + 7.11544750618563894466e1;
    q = q * r + 2.31251620126765340583e1;
    const double y = r * (square * p / q) - e * 2.121944400546905827679e-4 - 0.5 * square;
    return x == x ? r + y + e * 0.693359375 : x; /* NaN, whose bits say nothing of m and e, stays NaN */
}

static void activate(real *a, ptrdiff_t n, enum activation activation)
{
    switch (activation) {
        case SIGMOID: for (ptrdiff_t i = 0; i < n; i++) a[i] = sigmoid(a[i]); break;
        case TANH: for (ptrdiff_t i = 0; i < n; i++) a[i] = tanh_(a[i]); break;
        case RELU: for (ptrdiff_t i = 0; i < n; i++) a[i] = a[i] < 0 ? 0 : a[i]; break;
        case STEP: for (ptrdiff_t i = 0; i < n; i++) a[i] = a[i] > 0 ? 1 : 0; break;
    }
}

static void times_slope(real *restrict delta, const real *restrict a, ptrdiff_t n, enum activation activation)
{
    switch (activation) {
        case SIGMOID: for (ptrdiff_t i = 0; i < n; i++) delta[i] *= (1 - a[i]) * a[i]; break;
        case TANH: for (ptrdiff_t i = 0; i < n; i++) delta[i] *= 1 - a[i] * a[i]; break;
        case RELU: for (ptrdiff_t i = 0; i < n; i++) delta[i] *= a[i] > 0 ? 1 : 0; break;
        case STEP: for (ptrdiff_t i = 0; i < n; i++) delta[i] *= 0; break;
    }
}

static void times(real *x, real factor, ptrdiff_t n)
{
    if (factor != 1)
        for (ptrdiff_t i = 0; i < n; i++) x[i] *= factor;
}

static void add(real *restrict x, const real *restrict y, ptrdiff_t n)
{
    for (ptrdiff_t i = 0; i < n; i++) x[i] += y[i];
}

/* ---- Sums over inputs. `count` vectors of a row are held in registers: a constant wherever these are inlined. ---- */

#define IN_BLOCKS(width, call) /* call(j, count) for the neurons from j on, as many vectors as fit */                  \
    for (ptrdiff_t j = 0; j < (width); j += BLOCK * LANES)                                                             \
        switch (((width) - j) / LANES) {                                                                               \
            case 1: call(j, 1); break; case 2: call(j, 2); break; case 3: call(j, 3); break;                           \
            case 4: call(j, 4); break; case 5: call(j, 5); break; case 6: call(j, 6); break;                           \
            case 7: call(j, 7); break; case 8: call(j, 8); break; case 9: call(j, 9); break;                           \
            case 10: call(j, 10); break; case 11: call(j, 11); break; case 12: call(j, 12); break;                     \
            default: call(j, BLOCK);                                                                                   \
        }

INLINE struct pixel pixel_at(ptrdiff_t i, const void *pixels, const real *values, ptrdiff_t width)
{
    if (!values) return ((const struct pixel *)pixels)[i];
    const struct byte byte = ((const struct byte *)pixels)[i];
    return (struct pixel){(uint32_t)(byte.number * width), values[byte.value]};
}

INLINE void read_pixels(real *z, const real *weights, ptrdiff_t width, const void *pixels, const real *values,
                        ptrdiff_t first, ptrdiff_t end, const int count)
{
    vector sum[count];
    for (int v = 0; v < count; v++) sum[v] = ((vector *)z)[v];
    for (ptrdiff_t i = first; i < end; i++) {
        const struct pixel pixel = pixel_at(i, pixels, values, width);
        const vector *row = (const vector *)(weights + pixel.at);
        ONE_ADDRESS(row);
        for (int v = 0; v < count; v++) sum[v] += pixel.value * row[v];
    }
    for (int v = 0; v < count; v++) ((vector *)z)[v] = sum[v];
}

INLINE void teach_pixels(const real *delta, real *weights, ptrdiff_t width, const void *pixels, const real *values,
                         ptrdiff_t first, ptrdiff_t end, const int count)
{
    vector step[count];
    for (int v = 0; v < count; v++) step[v] = ((const vector *)delta)[v];
    for (ptrdiff_t i = first; i < end; i++) {
        const struct pixel pixel = pixel_at(i, pixels, values, width);
        vector *row = (vector *)(weights + pixel.at);
        ONE_ADDRESS(row);
        for (int v = 0; v < count; v++) row[v] += pixel.value * step[v];
    }
}

/* Goes through m images a band of pixels at a time, so that the band's weights stay in the first cache for all of them. */
#define PER_BAND(width, images, order, m, call)                                                                        \
    for (int64_t band = 0; band < (images)->bands; band++)                                                             \
        for (ptrdiff_t e = 0; e < (m); e++) {                                                                          \
            const int64_t *start = (images)->starts + (order)[e] * ((images)->bands + 1) + band;                       \
            IN_BLOCKS(width, call)                                                                                     \
        }

static void read_images(real *z, const real *weights, ptrdiff_t width, const struct images *images,
                        const int64_t *order, ptrdiff_t m)
{
    const void *pixels = images->pixels;
    const real *values = images->values;
#define CALL(j, count) read_pixels(z + e * width + j, weights + j, width, pixels, values, start[0], start[1], count)
    if (values) PER_BAND(width, images, order, m, CALL)
    else PER_BAND(width, images, order, m, CALL)
#undef CALL
}

static void teach_images(const real *deltas, real *weights, ptrdiff_t width, const struct images *images,
                         const int64_t *order, ptrdiff_t m)
{
    const void *pixels = images->pixels;
    const real *values = images->values;
#define CALL(j, count) \
    teach_pixels(deltas + e * width + j, weights + j, width, pixels, values, start[0], start[1], count)
    if (values) PER_BAND(width, images, order, m, CALL)
    else PER_BAND(width, images, order, m, CALL)
#undef CALL
}

/* Adds to each row of z (m, width) the n rows of weights (n, width), each times its number in a (m, stride). */
INLINE void add_product_block(real *z, ptrdiff_t width, const real *a, ptrdiff_t stride, const real *weights,
                              ptrdiff_t n, const int rows, const int count)
{
    vector sum[rows][count];
    for (int e = 0; e < rows; e++)
        for (int v = 0; v < count; v++) sum[e][v] = ((const vector *)(z + e * width))[v];
    for (ptrdiff_t i = 0; i < n; i++)
        for (int e = 0; e < rows; e++)
            for (int v = 0; v < count; v++)
                sum[e][v] += a[e * stride + i] * ((const vector *)(weights + i * width))[v];
    for (int e = 0; e < rows; e++)
        for (int v = 0; v < count; v++) ((vector *)(z + e * width))[v] = sum[e][v];
}

static void add_product(real *z, ptrdiff_t width, const real *a, ptrdiff_t stride, const real *weights, ptrdiff_t n,
                        ptrdiff_t m)
{
#define CALL(rows, count) add_product_block(z + e * width + j, width, a + e * stride, stride, weights + j, n, rows, count)
    for (ptrdiff_t e = 0, rows; e < m; e += rows) {
        rows = m - e >= 4 ? 4 : m - e >= 2 ? 2 : 1;
        for (ptrdiff_t j = 0, count; j < width; j += count * LANES) {
            count = width - j >= 3 * LANES ? 3 : (width - j) / LANES;
            switch (3 * rows + count) {
                case 15: CALL(4, 3); break; case 14: CALL(4, 2); break; case 13: CALL(4, 1); break;
                case 9: CALL(2, 3); break; case 8: CALL(2, 2); break; case 7: CALL(2, 1); break;
                case 6: CALL(1, 3); break; case 5: CALL(1, 2); break; default: CALL(1, 1);
            }
        }
    }
#undef CALL
}

/* Adds to each of the n rows of weights (n, width) the m rows of deltas (m, width), each times its number in a. */
INLINE void teach_block(real *weights, ptrdiff_t n, ptrdiff_t width, const real *a, ptrdiff_t stride,
                        const real *deltas, ptrdiff_t m, const int count)
{
    for (ptrdiff_t i = 0; i < n; i++) {
        vector sum[count], *row = (vector *)(weights + i * width);
        for (int v = 0; v < count; v++) sum[v] = row[v];
        for (ptrdiff_t e = 0; e < m; e++)
            for (int v = 0; v < count; v++) sum[v] += a[e * stride + i] * ((const vector *)(deltas + e * width))[v];
        for (int v = 0; v < count; v++) row[v] = sum[v];
    }
}

static void teach(real *weights, ptrdiff_t n, ptrdiff_t width, const real *a, ptrdiff_t stride, const real *deltas,
                  ptrdiff_t m)
{
#define CALL(j, count) teach_block(weights + j, n, width, a, stride, deltas + j, m, count)
    IN_BLOCKS(width, CALL)
#undef CALL
}

/* ---- A batch: m images, by their numbers in `order`. ---- */

INLINE void prefetch(const struct images *images, const int64_t *order, ptrdiff_t m)
{
    const ptrdiff_t size = images->values ? sizeof(struct byte) : sizeof(struct pixel);
    for (ptrdiff_t e = 0; e < m; e++) {
        const int64_t *start = images->starts + order[e] * (images->bands + 1);
        const char *end = (const char *)images->pixels + start[images->bands] * size;
        for (const char *at = (const char *)images->pixels + start[0] * size; at < end; at += 64) __builtin_prefetch(at);
    }
}

static void forward(const struct layer *layers, ptrdiff_t depth, const struct images *images, const int64_t *order,
                    ptrdiff_t m)
{
    for (const struct layer *layer = layers; layer < layers + depth; layer++) {
        const ptrdiff_t width = layer->width;
        for (ptrdiff_t e = 0; e < m; e++) memcpy(layer->values + e * width, layer->biases, width * sizeof(real));
        if (layer == layers)
            read_images(layer->values, layer->weights, width, images, order, m);
        else
            add_product(layer->values, width, layer[-1].values, layer->depth, layer->weights, layer->n_in, m);
        activate(layer->values, m * width, layer->activation);
        for (ptrdiff_t e = 0; e < m; e++)
            for (ptrdiff_t j = layer->n_out; j < width; j++) layer->values[e * width + j] = 0;
    }
}

static void backward(const struct layer *layers, ptrdiff_t depth, const struct images *images, const int64_t *order,
                     ptrdiff_t m, enum cost cost)
{
    const struct layer *layer = layers + depth - 1;
    memcpy(layer->deltas, layer->values, m * layer->width * sizeof(real));
    for (ptrdiff_t e = 0; e < m; e++) layer->deltas[e * layer->width + images->labels[order[e]]] -= 1;
    if (cost == QUADRATIC) times_slope(layer->deltas, layer->values, m * layer->width, layer->activation);
    for (; layer > layers; layer--) {
        const ptrdiff_t n = m * layer->depth;
        memset(layer[-1].deltas, 0, n * sizeof(real));
        add_product(layer[-1].deltas, layer->depth, layer->deltas, layer->width, layer->turned, layer->n_out, m);
        times_slope(layer[-1].deltas, layer[-1].values, n, layer[-1].activation);
    }
}

/* Takes a step with what is to be added already in place: to the parameters themselves, or to their velocities. */
static void step(real *parameters, real *velocities, ptrdiff_t n, real decay)
{
    if (!velocities) return;
    times(parameters, decay, n);
    add(parameters, velocities, n);
}

static void turn(const struct layer *layer)
{
    for (ptrdiff_t i = 0; i < layer->n_in; i++)
        for (ptrdiff_t j = 0; j < layer->n_out; j++)
            layer->weights[i * layer->width + j] = layer->turned[j * layer->depth + i];
}

static void update(const struct layer *layers, ptrdiff_t depth, const struct images *images, const int64_t *order,
                   ptrdiff_t m, const struct learning *learning)
{
    const real decay = (real)learning->decay, mu = (real)learning->mu;
    for (const struct layer *layer = layers; layer < layers + depth; layer++) {
        const ptrdiff_t width = layer->width, n = layer->n_in * width, n_turned = layer->n_out * layer->depth;
        real *const *velocities = layer->velocities;
        real *weights = learning->momentum ? velocities[0] : layer->weights;
        real *turned = learning->momentum ? velocities[1] : layer->turned;
        real *biases = learning->momentum ? velocities[2] : layer->biases;
        times(layer->deltas, (real)(-learning->eta / (double)m), m * width);
        if (!layer->frozen && layer > layers) {
            times(turned, learning->momentum ? mu : decay, n_turned);
            teach(turned, layer->n_out, layer->depth, layer->deltas, width, layer[-1].values, m);
            step(layer->turned, velocities[1], n_turned, decay);
        }
        if (!layer->frozen && layer > layers && layer->n_out <= FEW && learning->batch_size > FEW / 4)
            turn(layer); /* which is less than to learn the same once more */
        else if (!layer->frozen) {
            times(weights, learning->momentum ? mu : decay, n);
            if (layer == layers)
                teach_images(layer->deltas, weights, width, images, order, m);
            else
                teach(weights, layer->n_in, width, layer[-1].values, layer->depth, layer->deltas, m);
            step(layer->weights, velocities[0], n, decay);
        }
        if (learning->momentum) times(biases, mu, width);
        for (ptrdiff_t e = 0; e < m; e++) add(biases, layer->deltas + e * width, width);
        step(layer->biases, velocities[2], width, 1);
    }
}

/* ---- What Python calls. `outputs` is (n, n_out): a row for each image, in their order. ---- */

static void keep(real *outputs, const struct layer *last, ptrdiff_t m)
{
    for (ptrdiff_t e = 0; e < m; e++)
        memcpy(outputs + e * last->n_out, last->values + e * last->width, last->n_out * sizeof(real));
}

int64_t NAME(lanes)(void) { return LANES; }

void NAME(learn)(const struct layer *layers, int64_t depth, const struct images *images, const int64_t *order,
                 int64_t n, const struct learning *learning, real *outputs)
{
    const struct layer *last = layers + depth - 1;
    for (int64_t start = 0, m; start < n; start += m) {
        const int64_t left = n - start;
        m = left < learning->batch_size ? left : learning->batch_size;
        prefetch(images, order + start + m, left - m < m ? left - m : m);
        forward(layers, depth, images, order + start, m);
        keep(outputs + start * last->n_out, last, m);
        backward(layers, depth, images, order + start, m, learning->cost);
        update(layers, depth, images, order + start, m, learning);
    }
}

void NAME(predict)(const struct layer *layers, int64_t depth, const struct images *images, const int64_t *order,
                   int64_t n, int64_t rows, real *outputs)
{
    const struct layer *last = layers + depth - 1;
    for (int64_t start = 0, m; start < n; start += m) {
        const int64_t left = n - start;
        m = left < rows ? left : rows;
        prefetch(images, order + start + m, left - m < m ? left - m : m);
        forward(layers, depth, images, order + start, m);
        keep(outputs + start * last->n_out, last, m);
    }
}

/* The sum of the costs of n examples: outputs ascending, then examples in their order. */
double NAME(cost)(const real *outputs, const int64_t *labels, const int64_t *order, int64_t n, int64_t n_out,
                  int64_t cost)
{
    const real least = SINGLE ? (real)FLT_EPSILON : (real)DBL_EPSILON, most = 1 - least;
    double sum = 0;
    for (ptrdiff_t e = 0; e < n; e++) {
        double one = 0;
        for (ptrdiff_t j = 0; j < n_out; j++) {
            const real a = outputs[e * n_out + j];
            const int wanted = j == labels[order[e]];
            if (cost == QUADRATIC) {
                const double miss = (double)(a - (real)wanted);
                one += miss * miss / 2;
            } else {
                const double inside = (double)(a < least ? least : a > most ? most : a);
                one -= logarithm(wanted ? inside : 1 - inside);
            }
        }
        sum += one;
    }
    return sum;
}

/* Writes down every input that is not zero, a pixel of n images (n, n_in) times scale: bytes, of which `values` says what
 * they come to, or numbers if there are none. `edges` (bands + 1) are the first pixels of the bands, and the last one's
 * end. With nowhere to write to, it only counts. There must be room for one more than it finds: each is written before
 * it is looked at, as a branch is slow. It gives up, with -1, where there is less: somebody else has changed the images
 * since they were counted. */
int64_t NAME(pack)(const uint8_t *bytes, const real *values, const real *numbers, int64_t n, int64_t n_in, real scale,
                   int64_t width, const int64_t *edges, int64_t bands, int64_t *starts, void *pixels, int64_t room)
{
    int64_t found = 0;
    for (ptrdiff_t e = 0; e < n; e++)
        for (ptrdiff_t band = 0; band <= bands; band++) {
            if (pixels) starts[e * (bands + 1) + band] = found;
            for (ptrdiff_t i = edges[band]; band < bands && i < edges[band + 1]; i++) {
                uint64_t eight = 1;
                if (bytes && i + 8 <= edges[band + 1]) memcpy(&eight, bytes + e * n_in + i, 8);
                if (!eight) { i += 7; continue; }
                const uint8_t byte = bytes ? bytes[e * n_in + i] : 0;
                const real x = bytes ? values[byte] : numbers[e * n_in + i] * scale;
                if (pixels && found == room) return -1;
                if (pixels && bytes) ((struct byte *)pixels)[found] = (struct byte){(uint16_t)i, byte};
                if (pixels && !bytes) ((struct pixel *)pixels)[found] = (struct pixel){(uint32_t)(i * width), x};
                found += x != 0;
            }
        }
    return found;
}
