// The sharpest image: the system shows the video by itself, as a media layer (WebXR Layers API).
import { HEIGHT_M, WIDTH_M } from './panel.js';
import { SCREEN_DISTANCE_M, SCREEN_WIDTH_M } from './projection.js';

export class LayerScreen {
  constructor(session, video, wanted) {
    this.session = session;
    this.video = video;
    this.wanted = wanted;
    const canvas = document.createElement('canvas');
    this.gl = canvas.getContext('webgl2', { xrCompatible: true, alpha: true });
  }

  async open(space, placeOfPanel) {
    await this.gl.makeXRCompatible();
    this.binding = new XRWebGLBinding(this.session, this.gl);
    this.image = this.#image(space);
    this.panel = this.binding.createQuadLayer({ space, transform: placeOfPanel, width: WIDTH_M, height: HEIGHT_M, viewPixelWidth: 1000, viewPixelHeight: Math.round((1000 * HEIGHT_M) / WIDTH_M), layout: 'mono' });
    this.show(true);
  }

  #image(space) {
    const { kind, layout, centralHorizontalAngle } = this.wanted;
    const media = new XRMediaBinding(this.session);
    if (kind === 'equirect') {
      return media.createEquirectLayer(this.video, { space, layout, centralHorizontalAngle, upperVerticalAngle: Math.PI / 2, lowerVerticalAngle: -Math.PI / 2, radius: 0 });
    }
    const wide = this.video.videoWidth / (layout === 'stereo-left-right' ? 2 : 1) || 16;
    const high = this.video.videoHeight / (layout === 'stereo-top-bottom' ? 2 : 1) || 9;
    const transform = new XRRigidTransform({ x: 0, y: 0, z: -SCREEN_DISTANCE_M });
    return media.createQuadLayer(this.video, { space, layout, transform, width: SCREEN_WIDTH_M, height: (SCREEN_WIDTH_M * high) / wide });
  }

  setSpace(space) {
    this.image.space = space;
    this.panel.space = space;
  }

  show(withPanel) {
    this.session.updateRenderState({ layers: withPanel ? [this.image, this.panel] : [this.image] });
  }

  draw(frame, panel, redraw) {
    if (!redraw && !this.panel.needsRedraw) return;
    const { gl } = this;
    const image = this.binding.getSubImage(this.panel, frame);
    gl.bindTexture(gl.TEXTURE_2D, image.colorTexture);
    gl.pixelStorei(gl.UNPACK_FLIP_Y_WEBGL, true);
    gl.texSubImage2D(gl.TEXTURE_2D, 0, 0, 0, gl.RGBA, gl.UNSIGNED_BYTE, panel.canvas);
    gl.bindTexture(gl.TEXTURE_2D, null);
  }

  close() {
    this.gl.getExtension('WEBGL_lose_context')?.loseContext();
  }
}
