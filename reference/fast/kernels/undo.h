/* Takes back the names of one variant (`types.h`). */
#undef real
#undef integer
#undef vec
#undef loose
#undef ivec
#undef bytes
#undef LANES
#undef LANE
#undef EVEN
#undef ODD
#undef LOWER_MIXED
#undef UPPER_MIXED
#undef REAL_NAME
#undef REAL_BYTES
