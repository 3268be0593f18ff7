/** Filters after pictureFilters, whose frames do not all say what they are. JFIF has one matrix and full range, and cannot say otherwise. */
export const JPEG_COLORS = 'setparams=colorspace=bt709:range=tv,scale=out_color_matrix=bt601:out_range=pc,format=yuvj420p';
