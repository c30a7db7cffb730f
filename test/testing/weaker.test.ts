import { describe, expect, test } from '@jest/globals';
import { App, Compose, Stack } from '../../lib';
import { Template } from '../../lib/testing';
import 'compose8s/testing/jest';
import { service, thrownBy } from '../support/stacks';

function environments() {
  const app = new App();
  const [prod, stage] = ['prod', 'stage'].map(environment => {
    const stack = new Stack(app, 'shop', environment, { targets: [new Compose({ host: environment })] });
    service(stack, 'web', { internet: environment === 'prod' });
    return stack;
  });
  return { prod: prod!, stage: stage! };
}

describe('toBeWeakerThan', () => {
  test('looks at two stacks, or at templates of them', () => {
    const { prod, stage } = environments();
    expect(prod).toBeWeakerThan(stage);
    expect(stage).not.toBeWeakerThan(prod);
    expect(Template.of(stage, new Compose())).not.toBeWeakerThan(Template.of(prod, new Compose()));
  });

  test('says what is weaker', () => {
    const { prod, stage } = environments();
    expect(thrownBy(() => expect(prod).not.toBeWeakerThan(stage))).toBe('shop/prod is weaker than shop/stage:\n  web:internet: yes, and no there: who takes it over can send out what it knows');
    expect(thrownBy(() => expect(stage).toBeWeakerThan(prod))).toBe('shop/stage is weaker than shop/prod nowhere, and should be');
  });

  test('leaves out what is meant so; an exception that meets nothing fails either way', () => {
    const { prod, stage } = environments();
    expect(prod).not.toBeWeakerThan(stage, { except: ['web:internet'] });
    const message = 'nothing is weaker where an exception says so: web:init';
    expect(thrownBy(() => expect(prod).not.toBeWeakerThan(stage, { except: ['web:init'] }))).toBe(message);
    expect(thrownBy(() => expect(prod).toBeWeakerThan(stage, { except: ['web:init'] }))).toBe(message);
  });

  test('wants stacks', () => {
    const { prod } = environments();
    expect(thrownBy(() => expect(prod).toBeWeakerThan('shop/stage' as never))).toContain('expected a Stack or a Template');
  });
});
