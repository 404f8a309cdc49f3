export { shapesVersion } from './contrast.ts';
export { type ShapeCategory, type ShapeSplit, shapeCategories, shapeSplits } from './scene.ts';
export { shapeClasses } from './shape-classes.ts';
export { type ShapeGalleryEntry, shapeGallery } from './shape-gallery.ts';
export { shapeItems } from './shape-items.ts';
export { type ShapesOptions, shapes } from './shapes.ts';
export { type Style as ShapeStyle, shapeStyles } from './styles.ts';
