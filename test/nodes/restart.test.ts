import { survivesRestarts } from "./restartScenes";
import { stackStage, v2Stage } from "./stages";

survivesRestarts({ "the-stack": stackStage, V2: v2Stage });
