import * as z from 'zod';
import { folderFault, pathFault } from '../market/path-text.ts';

const checked = (faultOf: (path: string) => string | undefined): z.ZodString =>
  z
    .string()
    .min(1)
    .superRefine((path, context) => {
      const fault = faultOf(path);
      if (fault !== undefined) context.addIssue(fault);
    });

/** A path of a file or folder. */
export const pathSetting = checked(pathFault);

/** The data folder. */
export const folderSetting = checked(folderFault);
