/** Who drew the pictures. Both Fluent sets are one vendor: holding Fluent out holds both out. */
export const vendors = ['noto', 'openmoji', 'fluent', 'twemoji'] as const;
export type Vendor = (typeof vendors)[number];

/** One way of drawing every emoji. */
export const styles = ['noto', 'openmoji', 'fluent-3d', 'fluent-flat', 'twemoji'] as const;
export type Style = (typeof styles)[number];

/** Credit that every publication of the pictures, or of pictures made of them, has to carry. */
export interface Attribution {
  readonly style: Style;
  readonly title: string;
  readonly author: string;
  readonly licence: string;
  readonly licenceUrl: string;
  readonly source: string;
  /** The npm package that the pictures were taken from. */
  readonly obtainedFrom: string;
  readonly changes: string;
}

/** An npm package of one style, pinned: its bytes never change. */
export interface ArtworkPackage {
  readonly style: Style;
  readonly vendor: Vendor;
  readonly name: string;
  readonly version: string;
  /** Subresource integrity of the tarball, as the registry publishes it. */
  readonly integrity: string;
  /** Size of the tarball in bytes. */
  readonly bytes: number;
  /** Path of a picture inside the tarball; the first group is its code points. */
  readonly picture: RegExp;
  /** Dots per inch at which vector pictures are drawn before they are scaled down to the sprite. */
  readonly density: number;
  readonly attribution: Omit<Attribution, 'style' | 'obtainedFrom' | 'changes'>;
}

const fluent = {
  author: 'Microsoft Corporation; packaged by LobeHub',
  licence: 'MIT',
  licenceUrl: 'https://github.com/microsoft/fluentui-emoji/blob/main/LICENSE',
  source: 'https://github.com/microsoft/fluentui-emoji',
};

export const artworkPackages: readonly ArtworkPackage[] = [
  {
    style: 'noto',
    vendor: 'noto',
    name: 'emoji-datasource-google',
    version: '16.0.0',
    integrity: 'sha512-ZRexfzs7MVoLnmzZmNsO4TKhnAJp5D++Vm6PpUpH/jEQQlemp3l88CjZ+DoZ2faM9R4QxZkOPJCoT8DlPhfQ3A==',
    bytes: 74_344_091,
    picture: /^package\/img\/google\/64\/(.+)\.png$/,
    density: 72,
    attribution: {
      title: 'Noto Emoji',
      author: 'Google LLC; packaged by Cal Henderson (emoji-data)',
      licence: 'Apache-2.0 (pictures; the fonts made of them are under OFL-1.1)',
      licenceUrl: 'https://www.apache.org/licenses/LICENSE-2.0',
      source: 'https://github.com/googlefonts/noto-emoji',
    },
  },
  {
    style: 'openmoji',
    vendor: 'openmoji',
    name: 'openmoji',
    version: '17.0.0',
    integrity: 'sha512-EBnYrNGdcdw+OSXmENeNE1yBNRu6tOraTmoOyUbJkTmvT/+XETp8RZLSJFzD3lrPc5N9CzsyPnRTk0Vp4UaI9w==',
    bytes: 4_339_458,
    picture: /^package\/color\/svg\/(.+)\.svg$/,
    density: 144,
    attribution: {
      title: 'OpenMoji',
      author: 'OpenMoji, the open-source emoji and icon project of HfG Schwäbisch Gmünd, and its contributors',
      licence: 'CC BY-SA 4.0',
      licenceUrl: 'https://creativecommons.org/licenses/by-sa/4.0/',
      source: 'https://openmoji.org',
    },
  },
  {
    style: 'fluent-3d',
    vendor: 'fluent',
    name: '@lobehub/fluent-emoji-3d',
    version: '1.1.0',
    integrity: 'sha512-Wlq2lVStTnr8BDpIJ0pEnTKO4LuDxxqTEhTvRtD1DLRF0me7ogeRQjKoehDHXuVJ2Qaecgl5wRBv60lUAG3h7g==',
    bytes: 15_792_027,
    picture: /^package\/assets\/(.+)\.webp$/,
    density: 72,
    attribution: { title: 'Fluent Emoji (3D)', ...fluent },
  },
  {
    style: 'fluent-flat',
    vendor: 'fluent',
    name: '@lobehub/fluent-emoji-flat',
    version: '1.1.0',
    integrity: 'sha512-lPYCg8+N56MIj+iOgeBeH6AF0tneXxJCvgi41rOTjAWpA5rU2WUcmU1fiIXouEe8GrSTarWCYLY2ML+rdLRHsg==',
    bytes: 7_607_263,
    picture: /^package\/assets\/(.+)\.svg$/,
    density: 288,
    attribution: { title: 'Fluent Emoji (flat)', ...fluent },
  },
  {
    style: 'twemoji',
    vendor: 'twemoji',
    name: 'emoji-datasource-twitter',
    version: '16.0.0',
    integrity: 'sha512-7F+uCuHH+7Qnrc15P5tnbvKkg9E6tlzi4MnT2uW1RlN4pLYTza6cP/dstIfSDMtpjFLWuZewWg8jBbuL2eyELQ==',
    bytes: 61_683_754,
    picture: /^package\/img\/twitter\/64\/(.+)\.png$/,
    density: 72,
    attribution: {
      title: 'Twemoji',
      author: 'Twitter, Inc and other contributors; packaged by Cal Henderson (emoji-data)',
      licence: 'CC BY 4.0',
      licenceUrl: 'https://creativecommons.org/licenses/by/4.0/',
      source: 'https://github.com/jdecked/twemoji',
    },
  },
];

/** The package whose data names the emoji (CLDR short names), and where they lie in it. */
export const namesPackage = { style: 'openmoji', path: 'package/data/openmoji.json' } as const;

export function attributionOf(from: ArtworkPackage): Attribution {
  return {
    style: from.style,
    ...from.attribution,
    obtainedFrom: `https://www.npmjs.com/package/${from.name}/v/${from.version}`,
    changes: 'scaled to 64×64 pixels; in scenes cropped, scaled, mirrored, tinted and composed',
  };
}
