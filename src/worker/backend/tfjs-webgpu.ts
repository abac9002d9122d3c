/** tfjs's webgpu backend with the kernels that Heed's operations need, and no others. */
import '@tensorflow/tfjs-backend-webgpu/dist/flags_webgpu.js';
import { addConfig } from '@tensorflow/tfjs-backend-webgpu/dist/kernels/Add.js';
import { addNConfig } from '@tensorflow/tfjs-backend-webgpu/dist/kernels/AddN.js';
import { argMaxConfig } from '@tensorflow/tfjs-backend-webgpu/dist/kernels/ArgMax.js';
import { batchMatMulConfig } from '@tensorflow/tfjs-backend-webgpu/dist/kernels/BatchMatMul.js';
import { castConfig } from '@tensorflow/tfjs-backend-webgpu/dist/kernels/Cast.js';
import { concatConfig } from '@tensorflow/tfjs-backend-webgpu/dist/kernels/Concat.js';
import { equalConfig } from '@tensorflow/tfjs-backend-webgpu/dist/kernels/Equal.js';
import { erfConfig } from '@tensorflow/tfjs-backend-webgpu/dist/kernels/Erf.js';
import { expConfig } from '@tensorflow/tfjs-backend-webgpu/dist/kernels/Exp.js';
import { expandDimsConfig } from '@tensorflow/tfjs-backend-webgpu/dist/kernels/ExpandDims.js';
import { floorDivConfig } from '@tensorflow/tfjs-backend-webgpu/dist/kernels/FloorDiv.js';
import { gatherV2Config } from '@tensorflow/tfjs-backend-webgpu/dist/kernels/GatherV2.js';
import { greaterConfig } from '@tensorflow/tfjs-backend-webgpu/dist/kernels/Greater.js';
import { identityConfig } from '@tensorflow/tfjs-backend-webgpu/dist/kernels/Identity.js';
import { maxConfig } from '@tensorflow/tfjs-backend-webgpu/dist/kernels/Max.js';
import { maximumConfig } from '@tensorflow/tfjs-backend-webgpu/dist/kernels/Maximum.js';
import { meanConfig } from '@tensorflow/tfjs-backend-webgpu/dist/kernels/Mean.js';
import { minConfig } from '@tensorflow/tfjs-backend-webgpu/dist/kernels/Min.js';
import { multiplyConfig } from '@tensorflow/tfjs-backend-webgpu/dist/kernels/Multiply.js';
import { oneHotConfig } from '@tensorflow/tfjs-backend-webgpu/dist/kernels/OneHot.js';
import { onesLikeConfig } from '@tensorflow/tfjs-backend-webgpu/dist/kernels/OnesLike.js';
import { packConfig } from '@tensorflow/tfjs-backend-webgpu/dist/kernels/Pack.js';
import { padV2Config } from '@tensorflow/tfjs-backend-webgpu/dist/kernels/PadV2.js';
import { realDivConfig } from '@tensorflow/tfjs-backend-webgpu/dist/kernels/RealDiv.js';
import { reluConfig } from '@tensorflow/tfjs-backend-webgpu/dist/kernels/Relu.js';
import { reshapeConfig } from '@tensorflow/tfjs-backend-webgpu/dist/kernels/Reshape.js';
import { rsqrtConfig } from '@tensorflow/tfjs-backend-webgpu/dist/kernels/Rsqrt.js';
import { sigmoidConfig } from '@tensorflow/tfjs-backend-webgpu/dist/kernels/Sigmoid.js';
import { sliceConfig } from '@tensorflow/tfjs-backend-webgpu/dist/kernels/Slice.js';
import { softmaxConfig } from '@tensorflow/tfjs-backend-webgpu/dist/kernels/Softmax.js';
import { splitVConfig } from '@tensorflow/tfjs-backend-webgpu/dist/kernels/SplitV.js';
import { sqrtConfig } from '@tensorflow/tfjs-backend-webgpu/dist/kernels/Sqrt.js';
import { squareConfig } from '@tensorflow/tfjs-backend-webgpu/dist/kernels/Square.js';
import { subConfig } from '@tensorflow/tfjs-backend-webgpu/dist/kernels/Sub.js';
import { sumConfig } from '@tensorflow/tfjs-backend-webgpu/dist/kernels/Sum.js';
import { tanhConfig } from '@tensorflow/tfjs-backend-webgpu/dist/kernels/Tanh.js';
import { tileConfig } from '@tensorflow/tfjs-backend-webgpu/dist/kernels/Tile.js';
import { transposeConfig } from '@tensorflow/tfjs-backend-webgpu/dist/kernels/Transpose.js';
import { unpackConfig } from '@tensorflow/tfjs-backend-webgpu/dist/kernels/Unpack.js';
import { _fusedMatMulConfig } from '@tensorflow/tfjs-backend-webgpu/dist/kernels/_FusedMatMul.js';
import { registerKernel } from '@tensorflow/tfjs-core';

export { WebGPUBackend } from '@tensorflow/tfjs-backend-webgpu/dist/backend_webgpu.js';

const kernels = [
  addConfig,
  addNConfig,
  argMaxConfig,
  batchMatMulConfig,
  castConfig,
  concatConfig,
  equalConfig,
  erfConfig,
  expConfig,
  expandDimsConfig,
  floorDivConfig,
  gatherV2Config,
  greaterConfig,
  identityConfig,
  maxConfig,
  maximumConfig,
  meanConfig,
  minConfig,
  multiplyConfig,
  oneHotConfig,
  onesLikeConfig,
  packConfig,
  padV2Config,
  realDivConfig,
  reluConfig,
  reshapeConfig,
  rsqrtConfig,
  sigmoidConfig,
  sliceConfig,
  softmaxConfig,
  splitVConfig,
  sqrtConfig,
  squareConfig,
  subConfig,
  sumConfig,
  tanhConfig,
  tileConfig,
  transposeConfig,
  unpackConfig,
  _fusedMatMulConfig,
];

// As the package's own index does it, once: importing this file makes them known to tfjs.
for (const kernel of kernels) registerKernel(kernel);
